/** A project restored into its place: the new tree whole, the old one kept. */

import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Job } from "../../conat-api/index.js";
import type { ProjectHost } from "../../lib/host.js";
import { stagingDirectory } from "../../lib/work-directory.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { makeSlowRustic } from "../support/slow-rustic.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";

describeReal("in place", { needs: ["root", "rustic"] }, () => {
  let engine: TestEngine;
  let project_id: string;
  let place: string;
  let backup_id: string;

  afterEach(() => engine.close());

  /** An engine whose project has one backup and has changed since. */
  async function start(options: Parameters<typeof startTestEngine>[0] = {}) {
    engine = await startTestEngine(options);
    project_id = engine.projects[0] as string;
    place = engine.projectDir(project_id);
    backup_id = (await engine.backup(project_id)).backup_id;
    writeFileSync(join(place, "notes.txt"), "changed since");
    writeFileSync(join(place, "later"), "made since");
  }

  async function restore(): Promise<Job> {
    const target = { type: "in_place" } as const;
    const asked = { project_id, backup_id, target };
    return engine.ended((await engine.local("restore", asked)).job);
  }

  const staging = () =>
    dirname(stagingDirectory(engine.host, engine.config, place, "any"));

  function expectNew(): void {
    expect(readdirSync(place)).toEqual(["notes.txt"]);
    expect(readFileSync(join(place, "notes.txt"), "utf8")).toContain(
      "notes of",
    );
  }

  function expectOld(): void {
    expect(readdirSync(place)).toEqual(["later", "notes.txt"]);
    expect(readdirSync(staging())).toEqual([]);
  }

  test("the old tree is kept until it is dropped, the host is told", async () => {
    const replaced: string[] = [];
    const port = (id: string) => Promise.resolve(void replaced.push(id));
    await start({ host: { replaced: port } });
    const job = await restore();
    expect(job).toMatchObject({ state: "succeeded", warnings: [] });
    expectNew();
    expect(engine.stopped).toEqual([project_id]);
    expect(replaced).toEqual([project_id]);
    const old = join(String(job.kept_at), "project");
    expect(readdirSync(old)).toEqual(["later", "notes.txt"]);
    expect(readdirSync(staging())).toEqual([]);
  });

  test("a project that is not there comes back, and nothing is kept", async () => {
    await start();
    rmSync(place, { recursive: true });
    const job = await restore();
    expect(job).toMatchObject({ state: "succeeded", kept_at: null });
    expectNew();
  });

  test("a host that fails after the swap has still restored: a warning", async () => {
    await start({
      host: { replaced: () => Promise.reject(new Error("no quota")) },
    });
    expect(await restore()).toMatchObject({
      state: "succeeded",
      warnings_count: 1,
    });
    expectNew();
  });

  test("a project that cannot be started again is restored all the same", async () => {
    await start();
    const { projects } = engine.host;
    projects.withStopped = async (_id, action) => {
      await action();
      throw new Error("it does not start");
    };
    expect(await restore()).toMatchObject({
      state: "succeeded",
      warnings_count: 1,
    });
    expectNew();
  });

  test("a project that cannot be stopped stays as it is", async () => {
    await start();
    const { projects } = engine.host as { projects: ProjectHost["projects"] };
    projects.withStopped = () => Promise.reject(new Error("it does not stop"));
    expect(await restore()).toMatchObject({ state: "failed", kept_at: null });
    expectOld();
  });

  test("a cancelled restore leaves the project and nothing beside it", async () => {
    const slow = makeSlowRustic();
    await start({ config: { commands: { rustic: slow.path } } });
    slow.hold("restore");
    const begun = slow.begun("restore");
    const target = { type: "in_place" } as const;
    const asked = { project_id, backup_id, target };
    const { job } = await engine.local("restore", asked);
    await begun;
    await engine.local("cancel", { project_id, job_id: job.job_id });
    expect(await engine.ended(job)).toMatchObject({
      state: "cancelled",
      cancelled_by: "local",
    });
    expectOld();
    slow.release();
  });

  test("a persist store outside goes with the project, its old tree too", async () => {
    await start();
    const persist = join(tempDir("persist"), "store");
    mkdirSync(persist);
    writeFileSync(join(persist, "p"), "then");
    engine.paths.set(project_id, { subvolume: place, persist });
    backup_id = (await engine.backup(project_id)).backup_id;
    writeFileSync(join(persist, "p"), "now");
    const job = await restore();
    expect(job).toMatchObject({ state: "succeeded", warnings: [] });
    expect(readFileSync(join(persist, "p"), "utf8")).toBe("then");
  });

  test("a store that the backup does not have is left as it is, and said so", async () => {
    await start();
    const persist = tempDir("persist");
    writeFileSync(join(persist, "p"), "newer");
    engine.paths.set(project_id, { subvolume: place, persist });
    expect(await restore()).toMatchObject({
      state: "succeeded",
      warnings: [{ path: "persist" }],
    });
    expect(readFileSync(join(persist, "p"), "utf8")).toBe("newer");
  });

  test("projects may live behind a symbolic link", async () => {
    await start();
    const link = join(engine.root, "link");
    symlinkSync(join(engine.root, "projects"), link);
    engine.paths.set(project_id, { subvolume: join(link, project_id) });
    expect(await restore()).toMatchObject({ state: "succeeded", warnings: [] });
    expectNew();
  });

  describe("a backup with a persist store, on a host that keeps it in the project", () => {
    beforeEach(async () => {
      await start();
      const persist = tempDir("persist");
      writeFileSync(join(persist, "p"), "p");
      engine.paths.set(project_id, { subvolume: place, persist });
    });

    const inside = () => {
      const persist = join(place, ".local", "persist");
      engine.paths.set(project_id, { subvolume: place, persist });
      return persist;
    };

    test("finds its store in the project, in directories of the project's owner", async () => {
      chownSync(place, 4711, 4712);
      backup_id = (await engine.backup(project_id)).backup_id;
      const persist = inside();
      expect(await restore()).toMatchObject({
        state: "succeeded",
        warnings: [],
      });
      expect(readdirSync(persist)).toEqual(["p"]);
      const { uid, gid } = lstatSync(join(place, ".local"));
      expect({ uid, gid }).toEqual({ uid: 4711, gid: 4712 });
    });

    test.each([
      ["a user's symbolic link", ""],
      ["a link that leads nowhere", "nowhere"],
    ])("is not led out of the project by %s", async (_what, name) => {
      const outside = join(tempDir("outside"), name);
      symlinkSync(outside, join(place, ".local"));
      backup_id = (await engine.backup(project_id)).backup_id;
      inside();
      expect(await restore()).toMatchObject({
        state: "succeeded",
        warnings: [{ path: "persist" }],
      });
      expect(existsSync(join(outside, "persist"))).toBe(false);
    });
  });
});
