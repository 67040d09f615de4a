import { defaultPolicy } from "../../conat-api/index.js";
import { backOffMs } from "../../lib/jobs/schedule/back-off.js";
import { afterTick } from "../../lib/jobs/schedule/index.js";
import type { Store } from "../../lib/store/index.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { verbsOf } from "../support/job-rows.js";

const hourMs = 3600 * 1000;
const dayMs = 24 * hourMs;
const noon = Date.parse("2026-05-04T12:00Z");

let engine: TestEngine;
let store: Store;
let project_id: string;
let now: number;

beforeEach(async () => {
  now = noon;
  engine = await startTestEngine({
    work: false,
    host: { clock: { now: () => now } },
    config: { schedule: { enabled: true } },
  });
  ({ store } = engine.backups.tools);
  project_id = engine.projects[0] ?? "";
  store.projects.see([project_id], now);
  store.scheduler.put(afterTick(undefined, now));
});
afterEach(() => engine.close());

/** A job that somebody asks for now, and that begins at once. */
function begin(): string {
  verbsOf(store).ask(project_id, { now });
  const { job_id = "" } = verbsOf(store).claim({ now }) ?? {};
  store.jobs.note(job_id, { fixed_at: now });
  return job_id;
}

const end = (state: "succeeded" | "failed") =>
  void store.jobs.settle(begin(), { state, now });

/** The status and the policy say the same. */
async function nextDue(): Promise<number | null> {
  const { next_due_at } = await engine.local("status", { project_id });
  const inForce = await engine.local("get_policy", { project_id });
  expect(inForce.next_due_at).toBe(next_due_at);
  return next_due_at;
}

test("is the next instant of the schedule while all is well", async () => {
  const first = await nextDue();
  expect(first).toBeGreaterThanOrEqual(noon + 12 * hourMs);
  expect(first).toBeLessThan(noon + 18 * hourMs);
  end("succeeded");
  expect(await nextDue()).toBe(first);
});

test("of a project that the scheduler has not seen yet is no earlier", async () => {
  const seen = await nextDue();
  // As it is while the host has not listed it.
  store.projects.see([], now + 2 * dayMs);
  expect(store.projects.get(project_id)?.first_seen_at).toBeNull();
  expect(await nextDue()).toBe(seen);
});

test("is now, as long as a project that is due waits", async () => {
  end("succeeded");
  for (now of [noon + dayMs, noon + dayMs + hourMs]) {
    expect(await nextDue()).toBe(now);
  }
});

test("after a failure is the end of its back-off", async () => {
  end("succeeded");
  now += dayMs;
  end("failed");
  const failed_at = now;
  expect(await nextDue()).toBe(failed_at + backOffMs(project_id, 1));
  now += 12 * 60_000;
  expect(await nextDue()).toBe(now);
});

test("after an outage is where the project is caught up", async () => {
  end("succeeded");
  now += 3 * dayMs;
  const back = afterTick(store.scheduler.get(), now);
  store.scheduler.put(back);
  const at = await nextDue();
  expect(at).toBeGreaterThan(now);
  expect(at).toBeLessThanOrEqual(now + 2 * hourMs);
  now += 60_000;
  expect(await nextDue()).toBe(at);
});

test("comes earlier where the clock was set back", async () => {
  // Right at its instant: the next one is a day later.
  now = (await nextDue()) ?? 0;
  end("succeeded");
  const covered_at = now;
  expect(await nextDue()).toBe(covered_at + dayMs);
  now += hourMs;
  const set = { set_at: now, set_back_ms: 2 * hourMs };
  store.scheduler.put({ ...afterTick(undefined, now), ...set });
  expect(await nextDue()).toBe(covered_at + 23 * hourMs);
});

test("while a backup runs is that of the next instant", async () => {
  const first = await nextDue();
  now += dayMs;
  begin();
  expect(await nextDue()).toBe((first ?? 0) + dayMs);
});

test("is not when a restore begins that waits", async () => {
  const first = await nextDue();
  verbsOf(store).askRestore(project_id, { now });
  expect(await nextDue()).toBe(first);
});

test("is none where the policy says so", async () => {
  store.projects.setPolicy(project_id, { ...defaultPolicy, enabled: false }, 1);
  expect(await nextDue()).toBeNull();
});
