/** The job file is gone: what the repository and the disks hold is enough. */

import { execFileSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Backup, Input, Job, MethodName } from "../../conat-api/index.js";
import type { ProjectBackups } from "../../lib/index.js";
import { change } from "../support/change.js";
import { sweepBases } from "../../lib/jobs/sweep-bases.js";
import { type MountedFilesystem, mountBtrfs } from "../support/btrfs-image.js";
import {
  type EngineProcess,
  makeSharedHost,
  type SharedHost,
} from "../support/engine-processes.js";
import { makeSlowRustic, type SlowRustic } from "../support/slow-rustic.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

const mib = 1024 * 1024;

describeReal("a lost job file", { needs: ["rustic", "btrfs"] }, () => {
  let disk: MountedFilesystem;
  let host: SharedHost;
  let rustic: SlowRustic;
  let restored: string;
  let engine: ProjectBackups | undefined;
  let other: EngineProcess | undefined;

  beforeEach(async () => {
    disk = await mountBtrfs({ sizeBytes: 512 * mib });
    rustic = makeSlowRustic();
    restored = tempDir("restored");
    host = makeSharedHost({
      projects: 2,
      projectsIn: disk.path,
      subvolumes: true,
      config: {
        commands: { rustic: rustic.path },
        restore: { directories: [restored] },
      },
    });
    for (const id of host.projects) {
      writeFileSync(join(host.projectDir(id), "large"), randomBytes(4 * mib));
    }
    engine = await host.start();
  });
  afterEach(async () => {
    await engine?.close({ drainMs: 0 });
    engine = undefined;
    await other?.kill();
    other = undefined;
    rustic.release();
    await disk.unmount();
  });

  const running = () => {
    if (engine === undefined) throw new Error("no engine runs");
    return engine;
  };
  const call = <M extends MethodName>(method: M, input: Input<M>) =>
    running().handlers(method, { type: "local" }, input);
  const rowOf = (job_id: string) => running().tools.store.jobs.get(job_id);

  async function ended({ job_id }: Job): Promise<Job> {
    const done = ["succeeded", "failed", "cancelled"];
    await until(() => done.includes(rowOf(job_id)?.state ?? ""));
    return (await call("job", { project_id: projectOf(job_id), job_id })).job;
  }
  const projectOf = (job_id: string) => rowOf(job_id)?.project_id ?? "";

  async function backUp(project_id: string): Promise<Job> {
    const job = await ended((await call("start", { project_id })).job);
    expect(job).toMatchObject({ state: "succeeded" });
    return job;
  }

  /** As the file says it; nothing is asked of the service. */
  function listed(project_id: string): Backup[] {
    const { store, repositories } = running().tools;
    const repository_id = repositories.knownId() ?? "";
    return store.backups.list({ project_id, repository_id, limit: 99 });
  }

  /** Closes, deletes the file, and starts again. */
  async function loseRows(): Promise<void> {
    await engine?.close({ drainMs: 0 });
    for (const name of readdirSync(host.dataDir)) {
      if (!name.startsWith("project-backups.sqlite")) continue;
      rmSync(join(host.dataDir, name));
    }
    engine = await host.start();
  }

  const asStored = (backups: Backup[]) =>
    backups.map(({ backup_id, project_id, files, size_bytes }) => ({
      ...{ backup_id, project_id, files, size_bytes },
    }));

  test("is read again from the repository at the next start, unasked", async () => {
    const [first = "", second = ""] = host.projects;
    const oldest = await backUp(first);
    await backUp(second);
    writeFileSync(join(host.projectDir(first), "notes.txt"), "changed");
    await backUp(first);
    const before = host.projects.map((id) => asStored(listed(id)));
    expect(before.map(({ length }) => length)).toEqual([2, 1]);

    await loseRows();
    await until(() => listed(first).length === 2);
    expect(host.projects.map((id) => asStored(listed(id)))).toEqual(before);
    const { health, last_backup } = await call("status", { project_id: first });
    expect(health).toBe("ok");
    expect(last_backup?.backup_id).toBe(before[0]?.[0]?.backup_id);

    // The next backup goes on from the newest one.
    writeFileSync(join(host.projectDir(first), "notes.txt"), "once more");
    const next = await backUp(first);
    expect(rustic.runs().at(-1)).toContain(
      `--parent ${last_backup?.backup_id}`,
    );
    expect(next.bytes_added).toBeLessThan(mib);
    expect(next.bytes_processed).toBeGreaterThan(4 * mib);

    const path = join(restored, "oldest");
    const { job } = await call("restore", {
      ...{ project_id: first, backup_id: `${oldest.backup_id}` },
      target: { type: "directory", path },
    });
    expect(await ended(job)).toMatchObject({ state: "succeeded" });
    const notes = readFileSync(join(path, "project", "notes.txt"), "utf8");
    expect(notes).toBe(`notes of ${first}\n`);
  });

  test("is read before the first backup needs its parent", async () => {
    const [first = ""] = host.projects;
    const { backup_id } = await backUp(first);
    change(host.projectDir(first));
    await loseRows();
    const next = await backUp(first);
    expect(rustic.runs().join("\n")).toContain(`--parent ${backup_id}`);
    expect(next.bytes_added).toBeLessThan(mib);
  });

  /** A backup whose host is killed while rustic reads; its stage. */
  async function dieReading(project_id: string): Promise<string> {
    await engine?.close();
    const killed = await host.spawn();
    rustic.hold("backup");
    const begun = rustic.begun("backup");
    const { job } = await killed.call("start", { project_id });
    await begun;
    engine = await host.start({ work: false });
    const stage = rowOf(job.job_id)?.stage ?? "";
    expect(existsSync(join(stage, "project", "notes.txt"))).toBe(true);
    await killed.kill();
    rustic.release();
    return stage;
  }

  const subvolumes = () =>
    execFileSync("btrfs", ["subvolume", "list", disk.path], {
      encoding: "utf8",
    })
      .split("\n")
      .filter((line) => line.includes("/stage"));

  test("takes no stage with it: what a dead job left is removed", async () => {
    const [first = "", second = ""] = host.projects;
    await backUp(first);
    const stage = await dieReading(second);
    mkdirSync(`${stage}.captures`);
    expect(subvolumes()).not.toEqual([]);
    await loseRows();
    await until(() => !existsSync(stage));
    await until(() => !existsSync(`${stage}.captures`));
    expect(subvolumes()).toEqual([]);
    await until(() => listed(first).length === 1);
    await backUp(second);
  });

  const basesOf = (project_id: string) => {
    const { path = "" } = running().tools.store.bases.get(project_id) ?? {};
    return { path, folder: dirname(path) };
  };

  test("takes no base with it, and the next backup makes a new one", async () => {
    const [first = "", second = ""] = host.projects;
    await backUp(first);
    await backUp(second);
    const before = [basesOf(first), basesOf(second)];
    expect(before.map(({ path }) => existsSync(join(path, "project")))).toEqual(
      [true, true],
    );
    const foreign = [
      join(before[0]?.folder ?? "", "not-a-job"),
      join(dirname(before[0]?.folder ?? ""), "not-a-project", randomUUID()),
    ];
    for (const path of foreign) mkdirSync(path, { recursive: true });

    await loseRows();
    await until(() => before.every(({ path }) => !existsSync(path)));
    expect(foreign.map((path) => existsSync(path))).toEqual([true, true]);
    for (const path of foreign) rmSync(path, { recursive: true });

    await until(() => listed(first).length === 1);
    expect(await backUp(first)).toMatchObject({ unchanged: true });
    expect(existsSync(join(basesOf(first).path, "project"))).toBe(true);
  });

  test("or none: of bases those stay that a row or a running job owns", async () => {
    const [first = "", second = ""] = host.projects;
    await backUp(first);
    const { path: owned, folder } = basesOf(first);
    await engine?.close();
    engine = undefined;
    // Killed before the base that it had replaced was removed.
    const replaced = join(folder, randomUUID());
    mkdirSync(replaced);
    const take = ["subvolume", "snapshot", "-r", join(owned, "project")];
    execFileSync("btrfs", ["-q", ...take, join(replaced, "project")]);
    // Elsewhere a backup has moved its stage, and its row says nothing yet.
    other = await host.spawn();
    rustic.hold("backup");
    const begun = rustic.begun("backup");
    const { job } = await other.call("start", { project_id: second });
    await begun;
    const moved = join(dirname(folder), second, job.job_id);
    mkdirSync(moved, { recursive: true });

    engine = await host.start();
    await until(() => !existsSync(replaced));
    await sweepBases(engine.tools, new AbortController().signal);
    expect([owned, moved].map((path) => existsSync(path))).toEqual([
      true,
      true,
    ]);
    await engine.close();
    await other.kill();
    other = undefined;
    // No backup of the project comes so far as to remove it.
    engine = await host.start();
    await until(() => !existsSync(moved), 30_000);
    expect(rowOf(job.job_id)).toMatchObject({ state: "failed" });
    expect(existsSync(owned)).toBe(true);
  });

  /** Below a directory that we work in, and yet not ours. */
  function putForeignThings(stages: string): string[] {
    const work = dirname(dirname(stages));
    const foreign = [
      join(stages, "notes-of-mine"),
      join(stages, `${randomUUID()}.old`),
      join(work, "0123456789ab", "stage", randomUUID(), "project"),
      join(work, "0123456789ab", "staging", randomUUID(), "project"),
      join(work, "stage", randomUUID(), "project"),
      join(work, "kept", randomUUID(), "project"),
      join(work, "something-else"),
      join(host.dataDir, "stage", "not-a-job"),
      join(disk.path, "stage", randomUUID()),
    ];
    for (const path of foreign) {
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, "precious.txt"), path);
    }
    return foreign;
  }

  test("does not make us remove what is not ours", async () => {
    const [first = ""] = host.projects;
    const stage = await dieReading(first);
    const foreign = putForeignThings(dirname(stage));
    await loseRows();
    await until(() => !existsSync(stage));
    await running().close();
    for (const path of foreign) {
      expect(readFileSync(join(path, "precious.txt"), "utf8")).toBe(path);
    }
    engine = undefined;
    rmSync(join(host.dataDir, "stage"), { recursive: true });
  });

  async function restoreInPlace(project_id: string): Promise<Job> {
    const { backup_id } = await backUp(project_id);
    const place = host.projectDir(project_id);
    writeFileSync(join(place, "notes.txt"), "written since");
    const { job } = await call("restore", {
      ...{ project_id, backup_id: `${backup_id}` },
      target: { type: "in_place" },
    });
    const done = await ended(job);
    expect(done).toMatchObject({ state: "succeeded", kept: true });
    return done;
  }

  test("leaves the old tree of a restore in its place", async () => {
    const [first = "", second = ""] = host.projects;
    const { kept_at } = await restoreInPlace(first);
    const stage = await dieReading(second);
    await loseRows();
    // The sweep has been there.
    await until(() => !existsSync(stage));
    await running().close();
    engine = undefined;
    const notes = join(String(kept_at), "project", "notes.txt");
    expect(readFileSync(notes, "utf8")).toBe("written since");
  });

  test("leaves both trees of a swap that nobody can decide any more", async () => {
    const [first = "", second = ""] = host.projects;
    const { kept_at, job_id } = await restoreInPlace(first);
    const stage = await dieReading(second);
    // Back to between the two renames: the new tree is still staged.
    const staged = join(dirname(dirname(stage)), "staging", job_id, "project");
    mkdirSync(dirname(staged), { recursive: true });
    renameSync(host.projectDir(first), staged);
    await loseRows();
    await until(() => !existsSync(stage));
    await running().close();
    engine = undefined;
    expect(existsSync(join(staged, "notes.txt"))).toBe(true);
    const notes = join(String(kept_at), "project", "notes.txt");
    expect(readFileSync(notes, "utf8")).toBe("written since");
  });
});
