import { randomUUID } from "node:crypto";
import {
  type ErrorCode,
  errorCodes,
  retryRules,
} from "../../conat-api/index.js";
import { retryAt } from "../../lib/jobs/retry.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { openTestStore, verbsOf } from "../support/job-rows.js";
import { makeSlowRustic } from "../support/slow-rustic.js";
import { describeReal } from "../support/tools.js";

const at = (attempt: number, code: ErrorCode, random = 1) =>
  retryAt({ kind: "backup", attempt }, code, 0, () => random);

describe("a failed backup", () => {
  test.each(errorCodes)("with %s is tried again as the table says", (code) => {
    const rule = retryRules[code];
    const attempts = rule.retry === "never" ? 1 : rule.attempts;
    expect(at(1, code) !== undefined).toBe(attempts > 1);
    expect(at(2, code) !== undefined).toBe(attempts > 2);
    expect(at(3, code) !== undefined).toBe(attempts > 3);
    expect(at(1000, code) !== undefined).toBe(attempts > 1000);
  });

  test("waits twice as long each time, an hour at most", () => {
    const minute = 60_000;
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 2000].map((attempt) =>
      at(attempt, "REPOSITORY_UNREACHABLE"),
    );
    expect(delays).toEqual(
      [1, 2, 4, 8, 16, 32, 60, 60, 60].map((count) => count * minute),
    );
  });

  test("waits for half of it by chance", () => {
    expect(at(1, "STALLED", 0)).toBe(30_000);
    expect(at(1, "STALLED", 0.5)).toBe(45_000);
  });

  test("of a host that went away is tried again soon", () => {
    expect(at(1, "INTERRUPTED")).toBe(5000);
  });
});

test.each(errorCodes)("a restore that failed with %s never is", (code) => {
  const row = { kind: "restore", attempt: 1 } as const;
  expect(retryAt(row, code, 0)).toBeUndefined();
});

describe("the row of a retry", () => {
  const failed = { state: "failed", error_code: "STALLED" } as const;

  test("is written with the failure, and tells what it tries again", () => {
    const store = openTestStore();
    const { ask, claim } = verbsOf(store);
    const project_id = randomUUID();
    const { row } = ask(project_id, { trigger: "scheduled" });
    claim();
    store.jobs.settle(row.job_id, { ...failed, now: 3000, retry_at: 9000 });
    const [retry] = store.jobs.list({ project_id, limit: 1 });
    expect(retry).toMatchObject({
      ...{ kind: "backup", state: "pending", trigger: "retry" },
      ...{ retry_of: row.job_id, attempt: 2, created_at: 3000, run_at: 9000 },
      requested_by: row.requested_by,
    });
    expect(claim({ now: 8999 })).toBeUndefined();
    expect(claim({ now: 9000 })?.job_id).toBe(retry?.job_id);
    store.close();
  });

  test("is due as soon as somebody asks, and theirs", () => {
    const store = openTestStore();
    const { ask, claim } = verbsOf(store);
    const project_id = randomUUID();
    const { row } = ask(project_id);
    claim();
    store.jobs.settle(row.job_id, { ...failed, now: 3000, retry_at: 9000 });
    const asked = ask(project_id, { now: 4000 });
    expect(asked).toMatchObject({ joined: true, row: { attempt: 2 } });
    expect(claim({ now: 4000 })?.job_id).toBe(asked.row.job_id);
    store.close();
  });

  test("is not written where another backup of the project waits", () => {
    const store = openTestStore();
    const { ask, claim } = verbsOf(store);
    const project_id = randomUUID();
    const { row } = ask(project_id);
    claim();
    store.jobs.note(row.job_id, { fixed_at: 2500 });
    const next = ask(project_id, { now: 2600 });
    expect(next.joined).toBe(false);
    store.jobs.settle(row.job_id, { ...failed, now: 3000, retry_at: 9000 });
    const pending = store.jobs.list({ project_id, state: "pending", limit: 9 });
    expect(pending.map(({ job_id }) => job_id)).toEqual([next.row.job_id]);
    store.close();
  });

  test("is written once, whoever else settles the row", () => {
    const store = openTestStore();
    const { ask, claim } = verbsOf(store);
    const project_id = randomUUID();
    const { row } = ask(project_id);
    claim();
    const settlement = { ...failed, now: 3000, retry_at: 9000 };
    store.jobs.settle(row.job_id, settlement);
    store.jobs.settle(row.job_id, settlement);
    expect(store.jobs.list({ project_id, limit: 9 })).toHaveLength(2);
    store.close();
  });
});

describeReal("an engine", { needs: ["rustic"] }, () => {
  let engine: TestEngine;
  let project_id: string;

  beforeEach(async () => {
    const { path } = makeSlowRustic();
    engine = await startTestEngine({ config: { commands: { rustic: path } } });
    project_id = engine.projects[0] as string;
  });
  afterEach(() => engine.close());

  const status = () => engine.local("status", { project_id });

  /** The next backup meets a disk that refuses. */
  async function failNext() {
    const { repositories } = engine.backups.tools;
    const { resolve } = repositories;
    repositories.resolve = () => {
      repositories.resolve = resolve;
      const error = Object.assign(new Error("no"), { code: "EIO" });
      return Promise.reject(error);
    };
    const { job } = await engine.local("start", { project_id });
    return engine.ended(job);
  }

  test("counts failures in a row, names the next try, and forgets both with a success", async () => {
    const first = await failNext();
    expect(first).toMatchObject({
      state: "failed",
      error_message: expect.stringContaining("It is tried again by itself."),
    });
    const waiting = await status();
    expect(waiting.failed_in_a_row).toBe(1);
    expect(waiting.current).toMatchObject({
      ...{ state: "pending", trigger: "retry", retry_of: first.job_id },
    });
    expect(waiting.next_due_at).toBe(waiting.current?.run_at);

    const second = await failNext();
    expect(second).toMatchObject({ attempt: 2, retry_of: first.job_id });
    expect((await status()).failed_in_a_row).toBe(2);

    const { job, joined } = await engine.local("start", { project_id });
    expect(joined).toBe(true);
    expect(await engine.ended(job)).toMatchObject({
      ...{ state: "succeeded", attempt: 3, retry_of: second.job_id },
    });
    expect(await status()).toMatchObject({
      ...{ failed_in_a_row: 0, current: null, health: "ok" },
    });
  });

  test("lets a cancelled backup be", async () => {
    const { store } = engine.backups.tools;
    const first = await failNext();
    const { current } = await status();
    await engine.local("cancel", { project_id, job_id: current?.job_id ?? "" });
    expect((await status()).current).toBeNull();
    expect(store.jobs.list({ project_id, limit: 9 })).toHaveLength(2);
    expect(first.state).toBe("failed");
  });
});
