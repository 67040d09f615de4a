/** A full disk under the repository, and one under the rows. */

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { type Job, toBackupError } from "../../conat-api/index.js";
import { change } from "../support/change.js";
import { type MountedFilesystem, mountBtrfs } from "../support/btrfs-image.js";
import { dataLeftovers } from "../support/data-leftovers.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { fillUp } from "../support/fill-up.js";
import { expectAsTheTableSays } from "../support/retry-of.js";
import { reopened } from "../support/reopened.js";
import { rusticsOf } from "../support/running-rustic.js";
import { makeSlowRustic } from "../support/slow-rustic.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

const mib = 1024 * 1024;

let disk: MountedFilesystem;
let engine: TestEngine;
let project_id: string;
let place: string;

beforeEach(async () => {
  disk = await mountBtrfs({ sizeBytes: 128 * mib });
});
afterEach(async () => {
  await engine.close();
  await disk.unmount();
});

function take(started: TestEngine): void {
  engine = started;
  project_id = engine.projects[0] as string;
  place = engine.projectDir(project_id);
}

const rowOf = ({ job_id }: Job) => engine.backups.tools.store.jobs.get(job_id);

async function ask(): Promise<Job> {
  return (await engine.local("start", { project_id })).job;
}

/** What is restored of a backup is what the project is now. */
async function expectRestorable(backup_id: string | null): Promise<void> {
  const path = join(engine.root, "restored", String(backup_id));
  const { job } = await engine.local("restore", {
    ...{ project_id, backup_id: String(backup_id) },
    target: { type: "directory", path },
  });
  expect(await engine.ended(job)).toMatchObject({ state: "succeeded" });
  for (const name of readdirSync(place)) {
    const restored = readFileSync(join(path, "project", name));
    expect(restored.equals(readFileSync(join(place, name)))).toBe(true);
  }
}

function expectNothingLeft(): void {
  expect(rusticsOf("backup")).toEqual([]);
  const { snapshot, stage, profile } = dataLeftovers(engine.root);
  expect([...snapshot, ...stage, ...profile]).toEqual([]);
  const { dataDir } = engine.host;
  expect(dataLeftovers(dataDir)).toMatchObject({ stage: [], profile: [] });
}

const needs = ["rustic", "btrfs"] as const;

describeReal("a repository whose disk is full", { needs }, () => {
  async function start(): Promise<void> {
    const path = join(disk.path, "repository");
    mkdirSync(path);
    const repository = { kind: "local", path };
    take(await startTestEngine({ config: { repository } }));
  }

  test("fails the backup and says so; the next one works once there is space", async () => {
    await start();
    const first = await engine.backup(project_id);
    const filler = fillUp(disk.path);
    writeFileSync(join(place, "large.bin"), randomBytes(8 * mib));

    const failed = await engine.ended(await ask());
    expect(failed).toMatchObject({
      ...{ state: "failed", error_code: "NO_SPACE", backup_id: null },
      error_message: expect.stringMatching(
        /^Could not back up the project: .* is full\. Free some space there and start again\.$/,
      ),
    });
    await expectAsTheTableSays(engine, failed);
    expectNothingLeft();
    const { backups } = await engine.local("list", { project_id });
    expect(backups.map(({ backup_id }) => backup_id)).toEqual([
      first.backup_id,
    ]);
    expect(await engine.local("status", { project_id })).toMatchObject({
      ...{ health: "warning", failed_in_a_row: 1, current: null },
    });

    filler.free();
    const second = await engine.backup(project_id);
    await expectRestorable(second.backup_id);
    expect((await engine.local("status", { project_id })).health).toBe("ok");
  });

  test("lets what it holds be restored while it is full", async () => {
    await start();
    const { backup_id } = await engine.backup(project_id);
    fillUp(disk.path);
    await expectRestorable(backup_id);
    change(engine.projectDir(project_id));
    expect((await engine.ended(await ask())).error_code).toBe("NO_SPACE");
  });

  test("that cannot be made there is no half repository afterwards", async () => {
    await start();
    const filler = fillUp(disk.path);
    const failed = await engine.ended(await ask());
    expect(failed).toMatchObject({ state: "failed", backup_id: null });
    expect(failed.error_code).toBe("NO_SPACE");
    filler.free();
    const { backup_id } = await engine.backup(project_id);
    await expectRestorable(backup_id);
  });
});

describeReal("a project whose disk is full", { needs }, () => {
  test("stays as it is when a restore finds no room, and comes back once there is", async () => {
    take(await startTestEngine());
    place = join(disk.path, project_id);
    execFileSync("btrfs", ["-q", "subvolume", "create", place]);
    engine.paths.set(project_id, { subvolume: place });
    writeFileSync(join(place, "large.bin"), randomBytes(16 * mib));
    const { backup_id } = await engine.backup(project_id);
    writeFileSync(join(place, "later.txt"), "written since");
    const filler = fillUp(disk.path);

    const restore = async () => {
      const target = { type: "in_place" } as const;
      const asked = { project_id, backup_id, target };
      return engine.ended((await engine.local("restore", asked)).job);
    };
    const failed = await restore();
    expect(failed).toMatchObject({
      ...{ state: "failed", error_code: "NO_SPACE", kept_at: null },
      error_message: expect.stringMatching(/ is full\. Free some space/),
    });
    await expectAsTheTableSays(engine, failed);
    expect(readdirSync(place)).toEqual(["large.bin", "later.txt"]);
    const { snapshot, stage } = dataLeftovers(disk.path);
    expect([...snapshot, ...stage]).toEqual([]);

    filler.free();
    expect(await restore()).toMatchObject({ state: "succeeded", kept: true });
    expect(readdirSync(place)).toEqual(["large.bin"]);
  });
});

describeReal("a data directory whose disk is full", { needs }, () => {
  let dataDir: string;
  const rustic = () => makeSlowRustic();

  async function start(path: string): Promise<void> {
    dataDir = join(disk.path, "data");
    const config = { commands: { rustic: path } };
    take(await startTestEngine({ config, host: { dataDir } }));
  }

  /** Not even the space that the write-ahead log had is left. */
  function fill() {
    const file = new Sqlite(join(dataDir, "project-backups.sqlite"));
    file.pragma("wal_checkpoint(TRUNCATE)");
    const filler = fillUp(disk.path);
    file.close();
    return filler;
  }

  test("refuses a start, promises nothing, and still answers", async () => {
    await start(rustic().path);
    const first = await engine.backup(project_id);
    const filler = fill();
    const error = await ask().catch(toBackupError);
    expect(error).toMatchObject({
      code: "NO_SPACE",
      message: "The host's disk is full. Free some space and start again.",
    });
    const { jobs } = await engine.local("jobs", { project_id });
    expect(jobs.map(({ job_id }) => job_id)).toEqual([first.job_id]);
    const { backups } = await engine.local("list", { project_id });
    expect(backups).toHaveLength(1);
    filler.free();
    expect((await engine.ended(await ask())).state).toBe("succeeded");
  });

  /** A backup whose rustic waits while the disk becomes full. */
  async function runIntoFull() {
    const slow = rustic();
    await start(slow.path);
    await engine.backup(project_id);
    writeFileSync(join(place, "more.txt"), "more");
    slow.hold("backup");
    const begun = slow.begun("backup");
    const job = await ask();
    await begun;
    const filler = fill();
    slow.release();
    const waits = "a job's end cannot be written yet";
    await until(() => engine.log.some((line) => line.includes(waits)));
    return { job, filler };
  }

  const stored = async () =>
    (await engine.backups.tools.repositories.open()).ids();

  test("keeps a finished backup waiting for its row, which then tells the truth", async () => {
    const { job, filler } = await runIntoFull();
    expect(rowOf(job)?.state).toBe("running");
    filler.free();
    const ended = await engine.ended(job);
    expect(ended).toMatchObject({ state: "succeeded", error_code: null });
    expect(await stored()).toContain(ended.backup_id);
    expect(rowOf(job)?.group_pid).toBeNull();
    await expectRestorable(ended.backup_id);
    expectNothingLeft();
  });

  test("lets the host close; the next one finds what became of the job", async () => {
    const { job, filler } = await runIntoFull();
    await engine.close();
    filler.free();
    take(await reopened(engine));
    const ended = await engine.ended(job);
    expect(ended).toMatchObject({ state: "succeeded", error_code: null });
    expect(await stored()).toContain(ended.backup_id);
    expectNothingLeft();
  });
});
