import { parseConfig } from "../../lib/config.js";
import { afterTick } from "../../lib/jobs/schedule/index.js";
import type { Store } from "../../lib/store/index.js";
import { expiredOf } from "../../lib/tasks/expired.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { newProject, openTestStore } from "../support/job-rows.js";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const repository_id = "r";
const config = parseConfig({
  repository: { kind: "local", path: "/unused" },
});

describe("forgotten backups", () => {
  let store: Store;
  let now: number;
  let engine: TestEngine;
  let living: string[];

  beforeAll(async () => (engine = await startTestEngine({ work: false })));
  afterAll(() => engine.close());
  beforeEach(() => {
    store = openTestStore();
    living = [];
    now = 1_000 * dayMs;
    tick();
  });
  afterEach(() => store.close());

  function tick(): void {
    store.scheduler.put(afterTick(store.scheduler.get(), now));
    store.projects.see(living, now);
  }

  /** The host is there all the time. */
  function pass(ms: number): void {
    const until = now + ms;
    while (now < until) {
      now = Math.min(until, now + dayMs / 2);
      tick();
    }
  }

  const host = () => ({ ...engine.host, clock: { now: () => now } });
  const expired = () =>
    expiredOf(repository_id, { store, config, host: host() }, 10).length;

  function forget(): void {
    const project_id = newProject();
    const key = { repository_id, backup_id: "a".repeat(64), project_id };
    store.backups.takeReading({
      ...{ repository_id, gone: [], now },
      added: [
        {
          ...{ ...key, time: now, trigger: null, requested_by: null },
          ...{ size_bytes: 1, added_bytes: 1, files: 1, duration_ms: 1 },
          ...{ warnings_count: null, warnings: [] },
        },
      ],
    });
    living.push(project_id);
    store.projects.see(living, now);
    store.annotations.annotate([key], { forgotten_at: now }, now);
  }

  test("may go after a week, and not before", () => {
    forget();
    pass(7 * dayMs - minuteMs);
    expect(expired()).toBe(0);
    pass(minuteMs);
    expect(expired()).toBe(1);
  });

  test("stay for a day after the clock leapt, before the scheduler saw it too", () => {
    forget();
    now += 30 * dayMs;
    expect(expired()).toBe(0);
    tick();
    expect(expired()).toBe(0);
    // A restart does not end it.
    now += 20 * minuteMs;
    tick();
    expect(expired()).toBe(0);
    pass(dayMs);
    expect(expired()).toBe(1);
  });

  test("stay for a day after a clock that was behind is corrected", () => {
    now -= 400 * dayMs;
    tick();
    forget();
    now += 400 * dayMs;
    tick();
    expect(expired()).toBe(0);
    pass(dayMs);
    expect(expired()).toBe(1);
  });

  test("go in time on a host that sleeps each night", () => {
    forget();
    for (let night = 0; night < 8; night++) {
      pass(dayMs / 4);
      now += (dayMs * 3) / 4;
      tick();
    }
    expect(expired()).toBe(1);
  });

  test("do not wait for a leap that a clock set back has undone", () => {
    forget();
    now += 30 * dayMs;
    tick();
    now -= 30 * dayMs;
    pass(7 * dayMs);
    expect(expired()).toBe(1);
  });
});
