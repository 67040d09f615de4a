import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BackupError } from "../../conat-api/index.js";
import { parseConfig } from "../../lib/config.js";
import { type ProjectHost, systemClock } from "../../lib/host.js";
import { createWorker, type Worker } from "../../lib/jobs/worker.js";
import { type JobRow, openStore } from "../../lib/store/index.js";
import type { Outcome, Task, TaskRun, Tools } from "../../lib/tasks/task.js";
import { self, verbsOf } from "../support/job-rows.js";
import { mountSmall } from "../support/small-filesystem.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

const pollMs = 20;

let ground: ReturnType<typeof openGround>;
afterEach(() => ground.close());

/** A worker over a real store whose tasks the test ends by hand. */
function openGround({ cap = 2, dataDir = tempDir("data") } = {}) {
  const store = openStore(dataDir, "host-1");
  const log: string[] = [];
  const write = (message: string) => void log.push(message);
  const logger = { debug: write, info: write, warn: write, error: write };
  const config = parseConfig({
    repository: { kind: "local", path: "/unused" },
    limits: { jobs: cap },
  });
  const host = { clock: systemClock, logger } as unknown as ProjectHost;
  const tools = { store, host, config } as Tools;
  const begun: ScriptedRun[] = [];
  const task: Task = (run) => scripted(run, begun);
  const make = (more: { only?: string } = {}): Worker =>
    createWorker({
      ...{ tools, owner: self, pollMs, ...more },
      tasks: { backup: task, restore: task, ...ofRepository },
    });
  const worker = make();
  return {
    ...{ store, dataDir, log, begun, worker, make },
    ...verbsOf(store),
    async close() {
      await worker.close(0);
      store.close();
    },
  };
}

interface ScriptedRun extends TaskRun {
  succeed(outcome?: Outcome): void;
  fail(error: unknown): void;
}

/** No job of these tests is one on a repository. */
const ofRepository = {
  forget: notHere,
  prune: notHere,
  check: notHere,
};

function notHere(): Promise<Outcome> {
  return Promise.reject(new Error("no job on a repository was asked for"));
}

/** Ends when the test says so, or with the signal's reason. */
function scripted(run: TaskRun, begun: ScriptedRun[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    begun.push({
      ...run,
      succeed: (outcome = {}) => resolve(outcome),
      fail: reject,
    });
    run.signal.addEventListener("abort", () => reject(run.signal.reason));
  });
}

/** A new job of a new project, running. */
async function runOne(kind: "backup" | "restore" = "backup") {
  const { ask, askRestore, begun, worker, store } = ground;
  const project_id = randomUUID();
  const { job_id } =
    kind === "backup" ? ask(project_id).row : askRestore(project_id);
  const count = begun.length;
  worker.wake();
  await until(() => begun.length > count);
  const run = begun[count] as ScriptedRun;
  const row = () => store.jobs.get(job_id) as JobRow;
  const ended = async () => {
    await until(() => row().state !== "running");
    return row();
  };
  return { job_id, project_id, run, row, ended };
}

describe("a worker", () => {
  beforeEach(() => {
    ground = openGround();
  });

  test("runs as many jobs as the cap allows, and the next when one ends", async () => {
    const { ask, worker, begun, store } = ground;
    for (let i = 0; i < 4; i++) ask(randomUUID());
    worker.wake();
    await sleep(5 * pollMs);
    expect(begun).toHaveLength(2);
    expect(store.jobs.counts()).toEqual({ pending: 2, running: 2 });
    begun[0]?.succeed();
    await until(() => begun.length === 3);
    expect(store.jobs.counts()).toEqual({ pending: 1, running: 2 });
  });

  test("finds what another process asked for without being woken", async () => {
    ground.ask(randomUUID());
    await until(() => ground.begun.length === 1);
    expect(ground.store.jobs.counts()).toEqual({ pending: 0, running: 1 });
  });

  test("settles what a task gives", async () => {
    const { run, ended } = await runOne();
    run.note({ phase: "reading" });
    run.succeed({ backup_id: "c".repeat(64), files: 3 });
    await expect(ended()).resolves.toMatchObject({
      state: "succeeded",
      phase: "reading",
      backup_id: "c".repeat(64),
      files: 3,
      error_code: null,
    });
  });

  test.each([
    [
      "a BackupError",
      () => new BackupError("REPOSITORY_REJECTED", "No.", { hint: "Ask." }),
      { error_code: "REPOSITORY_REJECTED", error_message: "No. Ask." },
    ],
    [
      "one that may pass",
      () => new BackupError("STALLED", "It stood still.", { hint: "Wait." }),
      {
        error_code: "STALLED",
        error_message: "It stood still. It is tried again by itself.",
      },
    ],
    [
      "any other error",
      () => new Error("a secret path"),
      {
        error_code: "INTERNAL",
        error_message:
          "Something went wrong on the host. The host's log has the details.",
      },
    ],
    [
      "a full disk",
      () => Object.assign(new Error("ENOSPC: write"), { code: "ENOSPC" }),
      {
        error_code: "NO_SPACE",
        error_message:
          "The host's disk is full. Free some space and start again.",
      },
    ],
  ])("settles a task that throws %s", async (_title, error, expected) => {
    const { run, ended } = await runOne();
    run.fail(error());
    const row = await ended();
    expect(row).toMatchObject({ state: "failed", ...expected });
    expect(row.finished_at).toBeGreaterThan(0);
  });

  test("settles a job whose outcome cannot be written as INTERNAL", async () => {
    const { run, ended } = await runOne();
    run.succeed({ files: {} as number });
    await expect(ended()).resolves.toMatchObject({
      state: "failed",
      error_code: "INTERNAL",
    });
  });

  test("goes on after a failure", async () => {
    const first = await runOne();
    first.run.fail(new Error("no"));
    await first.ended();
    const second = await runOne();
    second.run.succeed();
    expect((await second.ended()).state).toBe("succeeded");
  });

  test("ends a job of its own at once", async () => {
    const { job_id, ended } = await runOne();
    const reason = new BackupError("CANCELLED", "Enough.");
    expect(ground.worker.abort(job_id, reason)).toBe(true);
    const { state, error_message } = await ended();
    expect({ state, error_message }).toEqual({
      state: "cancelled",
      error_message: "Enough.",
    });
    expect(ground.worker.abort(job_id, reason)).toBe(false);
  });

  test("sees at its next look that another process wants a job cancelled", async () => {
    const { job_id, ended } = await runOne();
    const other = openStore(ground.dataDir, "host-1");
    other.jobs.cancel(job_id, "account-7", Date.now());
    other.close();
    await expect(ended()).resolves.toMatchObject({
      state: "cancelled",
      cancelled_by: "account-7",
      error_code: "CANCELLED",
      error_message: "The job was cancelled by account-7.",
    });
  });

  test("lets a cancelled job succeed that could not be stopped any more", async () => {
    ground.begun.length = 0;
    const { job_id, run, ended } = await runOne();
    run.succeed();
    ground.worker.abort(job_id, new BackupError("CANCELLED", "Too late."));
    expect((await ended()).state).toBe("succeeded");
  });

  test("moves the heartbeat of a task that says nothing", async () => {
    const { row } = await runOne();
    const { heartbeat_at, progress_at } = row();
    await until(() => (row().heartbeat_at ?? 0) > (heartbeat_at ?? 0) + pollMs);
    expect(row().progress_at).toBe(progress_at);
  });

  test("writes bytes at most four times a second, the last ones always", async () => {
    const { run, row } = await runOne();
    const seen = new Set<number | null>();
    const started = performance.now();
    let done = 0;
    while (performance.now() - started < 600) {
      run.onBytes({ done: ++done, total: 1_000_000 });
      seen.add(row().bytes_done);
      await sleep(2);
    }
    expect(seen.size).toBeGreaterThanOrEqual(2);
    expect(seen.size).toBeLessThanOrEqual(4);
    run.onBytes({ done: 1_000_000, total: 1_000_000 });
    expect(row()).toMatchObject({
      bytes_done: 1_000_000,
      bytes_total: 1_000_000,
    });
  });

  test("for one job runs no other, and finds it when it is there", async () => {
    await ground.worker.close(0);
    ground.ask(randomUUID());
    const wanted = ground.ask(randomUUID()).row.job_id;
    const only = ground.make({ only: wanted });
    await until(() => ground.begun.length === 1);
    await sleep(3 * pollMs);
    expect(ground.begun.map(({ job }) => job.job_id)).toEqual([wanted]);
    ground.begun[0]?.succeed();
    await only.close(0);
  });
});

describe("a worker that closes", () => {
  beforeEach(() => {
    ground = openGround();
  });

  test("waits for what runs, with a heartbeat, and claims no more", async () => {
    const { run, row, project_id } = await runOne();
    const closed = ground.worker.close(10_000);
    ground.ask(randomUUID());
    ground.worker.wake();
    const { heartbeat_at } = row();
    await until(() => (row().heartbeat_at ?? 0) > (heartbeat_at ?? 0));
    expect(row().project_id).toBe(project_id);
    run.succeed();
    await closed;
    expect(row().state).toBe("succeeded");
    await sleep(3 * pollMs);
    expect(ground.store.jobs.counts()).toEqual({ pending: 1, running: 0 });
  });

  test("hands a backup back when it has waited long enough", async () => {
    const { run, row } = await runOne();
    run.note({ phase: "reading", fixed_at: 1, bytes_done: 5 });
    const started = performance.now();
    await ground.worker.close(100);
    expect(performance.now() - started).toBeGreaterThan(95);
    expect(row()).toMatchObject({
      state: "pending",
      phase: null,
      owner_pid: null,
      fixed_at: null,
      bytes_done: null,
    });
  });

  test("lets a follow-up take the place of the backup it stops", async () => {
    const { run, row, project_id } = await runOne();
    run.note({ fixed_at: 1 });
    const followUp = ground.ask(project_id).row;
    await ground.worker.close(0);
    expect(row()).toMatchObject({
      state: "failed",
      error_code: "INTERRUPTED",
    });
    expect(ground.store.jobs.get(followUp.job_id)?.state).toBe("pending");
  });

  test("fails a restore, which never starts again by itself", async () => {
    const { row } = await runOne("restore");
    await ground.worker.close(0);
    expect(row()).toMatchObject({
      state: "failed",
      error_code: "INTERRUPTED",
      error_message: expect.stringContaining("start the restore again"),
    });
  });

  test("has cancelled what somebody wanted cancelled just before", async () => {
    const { job_id, row } = await runOne();
    ground.store.jobs.cancel(job_id, "local", Date.now());
    await ground.worker.close(0);
    expect(row()).toMatchObject({ state: "cancelled", cancelled_by: "local" });
  });

  test("can be closed twice", async () => {
    await runOne();
    await Promise.all([ground.worker.close(0), ground.worker.close(0)]);
    expect(ground.store.jobs.counts()).toEqual({ pending: 1, running: 0 });
  });
});

describeReal("a job file on a full disk", { needs: ["root"] }, () => {
  let disk: Awaited<ReturnType<typeof mountSmall>>;
  beforeEach(async () => {
    disk = await mountSmall({ sizeBytes: 1024 * 1024 });
    ground = openGround({ dataDir: join(disk.path, "data") });
  });
  afterEach(async () => {
    await ground.close();
    await disk.unmount();
  });

  /** Takes every page that is free, also those that a WAL could reuse. */
  function fill(): { free(): void } {
    const path = join(disk.path, "filler");
    for (let size = 2 * 1024 * 1024; size >= 1; size = Math.floor(size / 2)) {
      for (let full = false; !full;) {
        try {
          writeFileSync(path, "x".repeat(size), { flag: "a" });
        } catch {
          full = true;
        }
      }
    }
    return { free: () => rmSync(path) };
  }

  test("lets the end of a job wait until there is room", async () => {
    const { run, row, ended } = await runOne();
    const filler = fill();
    run.succeed({ files: 3 });
    await until(() => ground.log.includes(waits));
    expect(row().state).toBe("running");
    filler.free();
    expect(await ended()).toMatchObject({ state: "succeeded", files: 3 });
  });

  test("tries nothing again that was cancelled before its end was written", async () => {
    const { job_id, run, row, ended } = await runOne();
    const filler = fill();
    const hint = "Start it again.";
    run.fail(new BackupError("REPOSITORY_UNREACHABLE", "Away.", { hint }));
    await until(() => ground.log.includes(waits));
    filler.free();
    ground.store.jobs.cancel(job_id, "local", Date.now());
    expect(row().state).toBe("running");
    expect(await ended()).toMatchObject({
      ...{ state: "failed", error_code: "REPOSITORY_UNREACHABLE" },
      error_message: "Away. Start it again.",
    });
    expect(ground.store.jobs.counts()).toEqual({ pending: 0, running: 0 });
  });

  test("does not end a job that only tells its progress", async () => {
    const { run, ended } = await runOne();
    const filler = fill();
    run.onBytes({ done: 1, total: 2 });
    run.onGroup(null);
    run.note({ phase: "settling" });
    run.note({ phase: "reading", bytes_total: 7 });
    expect(() => run.onGroup(self)).toThrow("full");
    for (const fact of [
      { phase: "swapping" as const, journal: "[]" },
      { stage: "/stage" },
      { fixed_at: 1 },
      { kept_at: "/kept" },
    ]) {
      expect(() => run.note(fact)).toThrow("full");
    }
    filler.free();
    run.succeed();
    expect((await ended()).state).toBe("succeeded");
  });

  test("does not keep a host from closing", async () => {
    const { run, row } = await runOne();
    const filler = fill();
    run.succeed();
    await until(() => ground.log.includes(waits));
    await ground.worker.close(50);
    filler.free();
    expect(row().state).toBe("running");
  });

  const waits = "a job's end cannot be written yet";
});
