import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job } from "../../conat-api/index.js";
import { startProjectBackups } from "../../lib/index.js";
import { descendants, readProcesses } from "../support/processes.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { makeSlowRustic, type SlowRustic } from "../support/slow-rustic.js";

let engine: TestEngine;
let rustic: SlowRustic;
let project_id: string;

beforeAll(async () => {
  rustic = makeSlowRustic();
  engine = await startTestEngine({
    projects: 101,
    config: { commands: { rustic: rustic.path }, limits: { jobs: 1 } },
  });
  project_id = engine.projects[0] as string;
});
afterEach(() => rustic.release());
afterAll(() => engine.close());

const children = () =>
  [...descendants(readProcesses(), new Set([process.pid]))].filter(
    (pid) => pid !== process.pid,
  );

const start = (id = project_id) => engine.local("start", { project_id: id });
const rowOf = ({ job_id }: Job) => engine.backups.tools.store.jobs.get(job_id);

test("start answers before the job is even claimed", async () => {
  const { job } = await start();
  expect(rowOf(job)?.state).toBe("pending");
  expect(rustic.runs()).toEqual([]);
  expect(children()).toEqual([]);
  expect(existsSync(join(engine.host.dataDir, "stage"))).toBe(false);
  expect(existsSync(join(engine.root, "repository"))).toBe(false);
  expect((await engine.ended(job)).state).toBe("succeeded");
});

test("with a hung repository and 100 jobs in the queue all answer", async () => {
  rustic.hold("-P");
  const begun = rustic.begun("backup");
  const first = await start();
  await begun;
  const ran = rustic.runs().length;
  const [busy, ...queue] = engine.projects as [string, ...string[]];
  const took: number[] = [];
  const timed = async <T>(reply: Promise<T>): Promise<T> => {
    const asked = performance.now();
    const result = await reply;
    took.push(performance.now() - asked);
    return result;
  };
  for (const id of queue) {
    const { job, joined } = await timed(start(id));
    expect([job.state, joined]).toEqual(["pending", false]);
  }
  const input = { project_id: busy };
  // Its source is fixed already: one more waits behind it, for all who ask.
  const behind = await timed(start());
  const joined = await timed(start());
  expect([behind.joined, joined.joined]).toEqual([false, true]);
  expect(joined.job.job_id).toBe(behind.job.job_id);
  expect((await timed(engine.local("status", input))).current).toMatchObject({
    job_id: first.job.job_id,
    state: "running",
  });
  const list = await timed(engine.local("list", { ...input, refresh: true }));
  expect(list).toMatchObject({ refreshing: true });
  const { jobs } = await timed(engine.local("jobs", input));
  expect(jobs[1]).toMatchObject({ job_id: first.job.job_id, state: "running" });
  const { job_id } = first.job;
  expect(await timed(engine.local("job", { ...input, job_id }))).toBeDefined();
  expect(engine.backups.tools.store.jobs.counts()).toEqual({
    pending: 101,
    running: 1,
  });
  // The repository still hangs, so nothing above has waited for it.
  expect(rowOf(first.job)?.state).toBe("running");
  expect(rustic.runs().length - ran).toBeLessThanOrEqual(1);
  const median = took.toSorted((a, b) => a - b)[Math.floor(took.length / 2)];
  expect(median).toBeLessThan(100);
  const { store } = engine.backups.tools;
  for (const row of store.jobs.list({ state: "pending", limit: 1000 })) {
    expect((await cancel(row)).job.state).toBe("cancelled");
  }
  rustic.release();
  expect((await engine.ended(first.job)).state).toBe("succeeded");
});

describe("cancel", () => {
  test("ends a pending job at once, for good", async () => {
    rustic.hold("backup");
    const begun = rustic.begun("backup");
    const running = await start();
    await begun;
    const { job } = await start(engine.projects[1]);
    const cancelled = await cancel(job);
    expect(cancelled).toMatchObject({
      cancelled: true,
      job: {
        state: "cancelled",
        cancelled_by: "local",
        error_code: "CANCELLED",
      },
    });
    rustic.release();
    await engine.ended(running.job);
    expect(rowOf(job)).toMatchObject({ state: "cancelled", started_at: null });
  });

  test("ends a running backup and its process, and nothing stays", async () => {
    const { backups: known } = await engine.local("list", { project_id });
    rustic.hold("backup");
    const begun = rustic.begun("backup");
    const { job } = await start();
    await begun;
    const answered = await cancel(job);
    expect(answered).toMatchObject({ cancelled: true });
    const row = await engine.ended(job);
    expect(row).toMatchObject({
      state: "cancelled",
      cancelled_by: "local",
      error_code: "CANCELLED",
      backup_id: null,
    });
    expect(rowOf(job)?.stage).toBeNull();
    expect(children()).toEqual([]);
    const { backups } = await engine.local("list", { project_id });
    expect(backups).toEqual(known);
  });

  test("says of a job that has ended that there was nothing to cancel", async () => {
    const done = await engine.backup(project_id);
    expect(await cancel(done)).toEqual({ job: done, cancelled: false });
    const { job } = await start();
    await cancel(job);
    const again = await cancel(job);
    expect(again).toMatchObject({ cancelled: false });
    expect(again.job.state).toBe("cancelled");
  });

  test("by a second caller leaves the first one's name", async () => {
    rustic.hold("backup");
    const begun = rustic.begun("backup");
    const { job } = await start();
    await begun;
    await engine.backups.handlers("cancel", { type: "hub" }, idOf(job));
    await cancel(job);
    expect((await engine.ended(job)).cancelled_by).toBe("hub");
  });
});

test("a closing host hands a running backup back, and the next one does it", async () => {
  rustic.hold("backup");
  const begun = rustic.begun("backup");
  const { job } = await start();
  await begun;
  await engine.close();
  rustic.release();
  const next = await startProjectBackups(engine.host, engine.config);
  const seen = next.tools.store.jobs.get(job.job_id);
  expect(seen).toMatchObject({ attempt: 1 });
  while (next.tools.store.jobs.get(job.job_id)?.state !== "succeeded") {
    await sleep(20);
  }
  await next.close();
});

type Ids = Pick<Job, "project_id" | "job_id">;
const idOf = ({ project_id, job_id }: Ids) => ({ project_id, job_id });
const cancel = (job: Ids) => engine.local("cancel", idOf(job));
