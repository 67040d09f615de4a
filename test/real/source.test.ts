/** What is in a backup and what is not, and what is said of the rest. */

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { groupOf, type JobRow } from "../../lib/store/index.js";
import { stageDirectory } from "../../lib/work-directory.js";
import {
  mountBtrfs,
  type MountedFilesystem,
  unmount,
} from "../support/btrfs-image.js";
import { change } from "../support/change.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { keepMount } from "../support/fixtures.js";
import { readProcesses } from "../support/processes.js";
import { startSqliteWriter } from "../support/sqlite-writer.js";
import { makeSlowRustic } from "../support/slow-rustic.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";

const id = "0f1e2d3c-4b5a-4678-9abc-def012345678";
const reading = { needs: ["root", "rustic"] } as const;

let engine: TestEngine;

afterEach(() => engine.close());

/** Restores a backup to a new directory; returns where its project is. */
async function restored(backup_id: string, project_id = id): Promise<string> {
  const path = join(engine.root, "restored", backup_id);
  const asked = await engine.local("restore", {
    project_id,
    backup_id,
    target: { type: "directory", path },
  });
  const job = await engine.ended(asked.job);
  expect(job).toMatchObject({ state: "succeeded" });
  return join(path, "project");
}

/** An engine on a PATH on which there is no unshare. */
async function startWithoutUnshare(): Promise<TestEngine> {
  const bin = tempDir("bin");
  for (const name of ["nice", "sh", "cat", "sync"]) {
    const { stdout } = await execa("which", [name]);
    await execa("ln", ["-s", stdout, join(bin, name)]);
  }
  const { PATH } = process.env;
  process.env.PATH = bin;
  try {
    return await startTestEngine();
  } finally {
    process.env.PATH = PATH;
  }
}

/** Call what it returns to unmount. */
async function bind(
  path: string,
  target: string,
): Promise<() => Promise<void>> {
  await execa("mount", ["--bind", path, target]);
  const kept = keepMount(target);
  return async () => {
    await unmount(target);
    kept.release();
  };
}

describeReal("on btrfs", { needs: ["btrfs", "rustic"] }, () => {
  let image: MountedFilesystem;
  let subvolume: string;
  const btrfs = (...args: string[]) => execa("btrfs", ["subvolume", ...args]);
  const rolling = (name: string) =>
    btrfs("snapshot", "-r", subvolume, join(subvolume, ".snapshots", name));

  beforeEach(async () => {
    image = await mountBtrfs({ sizeBytes: 1024 ** 3 });
    mkdirSync(join(image.path, "projects"));
    subvolume = join(image.path, "projects", id);
    await btrfs("create", subvolume);
    writeFileSync(join(subvolume, "a"), "a");
    engine = await startTestEngine({ projects: 0 });
    engine.paths.set(id, { subvolume });
  });
  afterEach(() => image.unmount());

  test("the project's own snapshots stay out, plain files beside them do not", async () => {
    mkdirSync(join(subvolume, ".snapshots"));
    const names = ["1 [a]*{b}", "2", "!b", "#c", "blank ", "two\nlines "];
    for (const name of names) await rolling(name);
    writeFileSync(join(subvolume, ".snapshots", "note"), "mine");
    mkdirSync(join(subvolume, ".snapshots", "2x"));
    const job = await engine.backup(id);
    expect(job.warnings).toEqual([]);
    const tree = await restored(job.backup_id);
    expect(readdirSync(join(tree, ".snapshots"))).toEqual(["2x", "note"]);
  });

  test("what is mounted inside is a warning, and a persist store there comes along", async () => {
    const persist = join(subvolume, ".local", "persist");
    const other = join(subvolume, "mnt");
    const stores = [tempDir("store"), tempDir("other")] as const;
    writeFileSync(join(stores[0], "p"), "p");
    for (const path of [persist, other]) mkdirSync(path, { recursive: true });
    // As a host may name it: through a link.
    const projects = join(engine.root, "link");
    symlinkSync(join(image.path, "projects"), projects);
    engine.paths.set(id, {
      subvolume: join(projects, id),
      persist: join(projects, id, ".local", "persist"),
    });
    const release = [
      await bind(stores[0], persist),
      await bind(stores[1], other),
    ];
    try {
      const job = await engine.backup(id);
      expect(job.warnings).toEqual([
        {
          path: "project/mnt",
          message: "a file system of its own: not in this backup",
        },
      ]);
      const tree = await restored(job.backup_id);
      expect(readdirSync(join(tree, "..", "persist"))).toEqual(["p"]);
    } finally {
      for (const end of release) await end();
    }
  });

  test("a job that is cancelled while it copies a persist store ends at once", async () => {
    await engine.close();
    const bin = tempDir("bin");
    writeFileSync(join(bin, "cp"), "#!/bin/sh\nexec sleep 60\n");
    chmodSync(join(bin, "cp"), 0o755);
    const { PATH } = process.env;
    process.env.PATH = `${bin}:${PATH}`;
    engine = await startTestEngine({ projects: 0 });
    process.env.PATH = PATH;
    engine.paths.set(id, { subvolume, persist: tempDir("persist") });
    const { job } = await engine.local("start", { project_id: id });
    const { jobs } = engine.backups.tools.store;
    const copying = () =>
      readProcesses().some(({ command }) => command === "sleep 60");
    while (!copying()) await sleep(10);
    expect(groupOf(jobs.get(job.job_id) as JobRow)).toBeDefined();
    const begun = performance.now();
    await engine.local("cancel", { project_id: id, job_id: job.job_id });
    expect(await engine.ended(job)).toMatchObject({ state: "cancelled" });
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(copying()).toBe(false);
  });

  test("without mount namespaces the project's own snapshots stay out too", async () => {
    const plain = join(image.path, "projects", "plain");
    mkdirSync(join(plain, ".snapshots"), { recursive: true });
    await btrfs("create", join(plain, ".snapshots", "1"));
    writeFileSync(join(plain, ".snapshots", "1", "huge"), "huge");
    writeFileSync(join(plain, ".snapshots", "note"), "mine");
    await engine.close();
    engine = await startWithoutUnshare();
    engine.paths.set(id, { subvolume: plain });
    const job = await engine.backup(id);
    const tree = await restored(job.backup_id);
    expect(readdirSync(join(tree, ".snapshots"))).toEqual(["note"]);
  });

  test("any other nested subvolume is a warning with its path", async () => {
    mkdirSync(join(subvolume, "deep dir"));
    await btrfs("create", join(subvolume, "deep dir", "own"));
    const job = await engine.backup(id);
    expect(job).toMatchObject({
      state: "succeeded",
      warnings_count: 1,
      warnings: [
        {
          path: "project/deep dir/own",
          message: "a btrfs subvolume of its own: not in this backup",
        },
      ],
    });
  });

  test("a plain directory on btrfs is backed up live", async () => {
    const plain = join(image.path, "projects", "plain");
    mkdirSync(plain);
    writeFileSync(join(plain, "b"), "b");
    engine.paths.set(id, { subvolume: plain });
    const job = await engine.backup(id);
    expect(job).toMatchObject({ source: "live", files: 1 });
    expect(readdirSync(await restored(job.backup_id))).toEqual(["b"]);
  });

  test("the stage's snapshot is gone after a failure too", async () => {
    await engine.backup(id);
    await engine.close();
    rmSync(
      join(
        engine.config.repository.kind === "local"
          ? engine.config.repository.path
          : "",
        "config",
      ),
    );
    engine = await startTestEngine({
      projects: 0,
      config: { repository: engine.config.repository },
      host: { dataDir: engine.host.dataDir, host_id: engine.host.host_id },
    });
    engine.paths.set(id, { subvolume });
    change(subvolume);
    const asked = await engine.local("start", { project_id: id });
    const job = await engine.ended(asked.job);
    expect(job).toMatchObject({
      state: "failed",
      error_code: "REPOSITORY_MISSING",
    });
    const { host, config } = engine;
    const place = { job_id: job.job_id, subvolume, kind: "btrfs" } as const;
    const stage = stageDirectory(host, config, place);
    expect(readdirSync(dirname(stage))).toEqual([]);
  });

  test("what did not change is not read again", async () => {
    writeFileSync(join(subvolume, "big"), "x".repeat(3_000_000));
    await engine.backup(id);
    change(subvolume);
    const second = await engine.backup(id);
    expect(second.bytes_added).toBeLessThan(10_000);
  });
});

describeReal("on a plain directory", reading, () => {
  beforeEach(async () => {
    engine = await startTestEngine();
  });

  const project = () => engine.projects[0] as string;

  test("a file system mounted inside is a warning, and not read", async () => {
    const directory = engine.projectDir(project());
    const target = join(directory, "mnt");
    mkdirSync(target);
    const other = tempDir("other");
    writeFileSync(join(other, "secret"), "of someone else");
    await execa("mount", ["--bind", other, target]);
    const kept = keepMount(target);
    try {
      const job = await engine.backup(project());
      expect(job.warnings).toEqual([
        {
          path: "project/mnt",
          message: "a file system of its own: not in this backup",
        },
      ]);
      const tree = await restored(job.backup_id, project());
      expect(readdirSync(join(tree, "mnt"))).toEqual([]);
    } finally {
      await unmount(target);
      kept.release();
    }
  });

  test("no mount is seen outside of the command that reads", async () => {
    await engine.close();
    const slow = makeSlowRustic();
    engine = await startTestEngine({
      config: { commands: { rustic: slow.path } },
    });
    slow.hold("backup");
    const begun = slow.begun("backup");
    const asked = await engine.local("start", { project_id: project() });
    await begun;
    const { stdout } = await execa("cat", ["/proc/self/mountinfo"]);
    expect(stdout).not.toContain(`${engine.root}/`);
    slow.release();
    expect(await engine.ended(asked.job)).toMatchObject({ state: "succeeded" });
  });

  test("a machine without mount namespaces backs up with warnings that say what is missing", async () => {
    await engine.close();
    engine = await startWithoutUnshare();
    const persist = tempDir("persist");
    writeFileSync(join(persist, "p"), "p");
    const subvolume = engine.projectDir(project());
    engine.paths.set(project(), { subvolume, persist });
    const job = await engine.backup(project());
    expect(job.warnings.map(({ path }) => path)).toEqual([
      "project",
      "persist",
    ]);
    const tree = await restored(job.backup_id, project());
    expect(readdirSync(tree)).toEqual(["notes.txt"]);
  });

  test("without mount namespaces a database in the project's persist store is a warning", async () => {
    await engine.close();
    engine = await startWithoutUnshare();
    const subvolume = engine.projectDir(project());
    const persist = join(subvolume, ".local", "persist");
    mkdirSync(persist, { recursive: true });
    engine.paths.set(project(), { subvolume, persist });
    const writer = await startSqliteWriter(join(persist, "x.db"));
    const job = await engine.backup(project());
    await writer.stop();
    expect(job.warnings).toContainEqual({
      path: "project/.local/persist/x.db",
      message: "a database that was read while in use",
    });
  });

  test("a database in use in a persist store in the project is whole", async () => {
    const subvolume = engine.projectDir(project());
    const persist = join(subvolume, ".local", "persist store");
    mkdirSync(persist, { recursive: true });
    engine.paths.set(project(), { subvolume, persist });
    const writer = await startSqliteWriter(join(persist, "in use [1].db"));
    const job = await engine.backup(project());
    await writer.stop();
    expect(job.warnings).toEqual([]);
    const tree = await restored(job.backup_id, project());
    const store = join(tree, ".local", "persist store");
    expect(readdirSync(store)).toEqual(["in use [1].db"]);
    const database = join(store, "in use [1].db");
    const check = ["sqlite3", [database, "PRAGMA integrity_check"]] as const;
    expect((await execa(...check)).stdout).toBe("ok");
  });

  test("a link to another project's persist store does not bring it into the backup", async () => {
    const subvolume = engine.projectDir(project());
    const other = tempDir("other-project");
    const writer = await startSqliteWriter(join(other, "theirs.db"));
    symlinkSync(other, join(subvolume, ".local"));
    const persist = join(subvolume, ".local");
    engine.paths.set(project(), { subvolume, persist });
    const job = await engine.backup(project());
    await writer.stop();
    const tree = await restored(job.backup_id, project());
    expect(readlinkSync(join(tree, ".local"))).toBe(other);
    expect(job.files).toBe(2);
  });

  test("nothing of a stage is left on the disk", async () => {
    await engine.backup(project());
    expect(readdirSync(join(engine.host.dataDir, "stage"))).toEqual([]);
    expect(existsSync(engine.projectDir(project()))).toBe(true);
  });
});
