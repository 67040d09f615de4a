/** Nothing where nothing changed, and a real backup wherever something did. */

import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Job } from "../../conat-api/index.js";
import { type BtrfsEngine, startBtrfsEngine } from "../support/btrfs-engine.js";
import { startTestEngine } from "../support/engine.js";
import { makeRecordingRustic } from "../support/recording-rustic.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

const rustic = makeRecordingRustic();

describeReal(
  "a project that has a base",
  { needs: ["root", "btrfs", "rustic"] },
  () => {
    let engine: BtrfsEngine;
    let project_id: string;
    let first: Job & { backup_id: string };
    const at = (...names: string[]) =>
      join(engine.projectDir(project_id), ...names);

    beforeEach(async () => {
      const config = { commands: { rustic: rustic.path } };
      engine = await startBtrfsEngine({ config });
      project_id = engine.addProject();
      mkdirSync(at(".snapshots"));
      first = await engine.backup(project_id);
      rustic.forget();
    });
    afterEach(() => engine.close());

    const again = () => engine.backup(project_id);

    async function withoutRustic(): Promise<Job> {
      const job = await again();
      expect(rustic.runs()).toEqual([]);
      return job;
    }

    const theSame = () => ({
      ...{ unchanged: true, backup_id: first.backup_id },
      ...{ state: "succeeded", phase: "comparing", source: "btrfs" },
    });
    const another = () => ({
      ...{ unchanged: false, state: "succeeded" },
      backup_id: expect.not.stringMatching(first.backup_id),
    });

    test("needs neither rustic nor the repository where nothing changed", async () => {
      expect(await withoutRustic()).toMatchObject(theSame());
      expect(await withoutRustic()).toMatchObject(theSame());
    });

    test("is not changed by a snapshot of its user's", async () => {
      engine.subvolume("snapshot", "-r", at(), at(".snapshots", "hourly"));
      expect(await withoutRustic()).toMatchObject(theSame());
    });

    test("is not changed by a read", async () => {
      utimesSync(at("notes.txt"), new Date(0), new Date());
      const { backup_id } = await again();
      first = { ...first, backup_id };
      rustic.forget();
      readFileSync(at("notes.txt"));
      execFileSync("sync");
      expect(await withoutRustic()).toMatchObject(theSame());
    });

    test("is changed by a touch", async () => {
      utimesSync(at("notes.txt"), new Date(), new Date());
      expect(await again()).toMatchObject(another());
    });

    test("is changed by a byte", async () => {
      appendFileSync(at("notes.txt"), "x");
      expect(await again()).toMatchObject(another());
      expect(rustic.runs().join("\n")).toContain(`--parent ${first.backup_id}`);
    });

    test("is backed up anew when its backup was forgotten", async () => {
      const { backup_id } = first;
      await engine.local("forget", { project_id, backup_id });
      expect(await again()).toMatchObject(another());
    });

    test("is backed up anew when an older backup took its place", async () => {
      appendFileSync(at("notes.txt"), "x");
      expect(await again()).toMatchObject(another());
      const { backup_id } = first;
      const target = { type: "in_place" as const };
      const asked = { project_id, backup_id, target };
      const { job } = await engine.local("restore", asked);
      expect(await engine.ended(job)).toMatchObject({ state: "succeeded" });
      expect(await again()).toMatchObject(another());
    });

    test("is walked again when what stays out has changed", async () => {
      writeFileSync(at("cache.tmp"), "cached");
      const { backup_id } = await again();
      const { policy } = await engine.local("get_policy", { project_id });
      const excludes = ["*.tmp"];
      await engine.local("set_policy", {
        project_id,
        policy: { ...policy, excludes },
      });
      const without = await again();
      expect(without).toMatchObject({ unchanged: false, files: 1 });
      expect(without.backup_id).not.toBe(backup_id);
      rustic.forget();
      appendFileSync(at("cache.tmp"), "more");
      expect(await again()).toMatchObject({
        ...{ unchanged: true, backup_id: without.backup_id },
      });
    });

    test("is backed up anew into another repository", async () => {
      const { host_id, dataDir } = engine.host;
      await engine.backups.close();
      const path = join(engine.root, "another");
      const other = await startTestEngine({
        projects: 0,
        host: { host_id, dataDir },
        config: { repository: { kind: "local", name: "another", path } },
      });
      try {
        other.paths.set(project_id, { subvolume: at() });
        const job = await other.backup(project_id);
        expect(job).toMatchObject({ unchanged: false });
        expect(job.repository_id).not.toBe(first.repository_id);
        expect(await other.backup(project_id)).toMatchObject({
          ...{ unchanged: true, backup_id: job.backup_id },
        });
      } finally {
        await other.close();
      }
    });

    test("keeps one base, the newest, and none of a stage", async () => {
      appendFileSync(at("notes.txt"), "x");
      expect(await again()).toMatchObject(another());
      await expectUnchangedSinceThen();
      const { store } = engine.backups.tools;
      expect(store.bases.all()).toHaveLength(1);
      const listed = () =>
        execFileSync("btrfs", ["subvolume", "list", engine.image.path])
          .toString()
          .split("\n")
          .filter((line) => /\/(base|stage)\//.test(line));
      // What a base replaces goes once the row says so.
      await until(() => listed().length === 1);
      expect(listed()[0]).toContain("/base/");
    });

    async function expectUnchangedSinceThen(): Promise<void> {
      expect(await again()).toMatchObject({ unchanged: true });
    }
  },
);

describeReal(
  "a persist store outside of its project",
  { needs: ["root", "btrfs", "rustic"] },
  () => {
    let engine: BtrfsEngine;
    afterEach(() => engine.close());

    test("is noticed when it alone has changed: a directory", async () => {
      engine = await startBtrfsEngine();
      const store = (id: string) => join(engine.image.path, `persist-${id}`);
      const project_id = engine.addProject(store);
      mkdirSync(store(project_id));
      writeFileSync(join(store(project_id), "sync.db"), "one");
      await settled();
      const { backup_id } = await engine.backup(project_id);
      expect(await engine.backup(project_id)).toMatchObject({
        ...{ unchanged: true, backup_id },
      });
      writeFileSync(join(store(project_id), "sync.db"), "two");
      expect(await engine.backup(project_id)).toMatchObject({
        unchanged: false,
      });
    });

    test("is noticed when it alone has changed: a subvolume", async () => {
      engine = await startBtrfsEngine();
      const store = (id: string) => join(engine.image.path, `persist-${id}`);
      const project_id = engine.addProject(store);
      engine.subvolume("create", store(project_id));
      writeFileSync(join(store(project_id), "sync.db"), "one");
      const { backup_id } = await engine.backup(project_id);
      expect(await engine.backup(project_id)).toMatchObject({
        ...{ unchanged: true, backup_id },
      });
      writeFileSync(join(store(project_id), "sync.db"), "two");
      expect(await engine.backup(project_id)).toMatchObject({
        unchanged: false,
      });
    });

    /** What was written just now could be written again unseen. */
    const settled = () => new Promise((resolve) => setTimeout(resolve, 300));
  },
);
