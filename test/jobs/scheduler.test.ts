import { rmSync } from "node:fs";
import { join } from "node:path";
import type { ProjectHost } from "../../lib/host.js";
import { withFileLock } from "../../lib/store/index.js";
import { change } from "../support/change.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

const hourMs = 3600 * 1000;
const dayMs = 24 * hourMs;

/** An hour before the window, which is from midnight to six. */
const evening = new Date().setUTCHours(23, 0, 0, 0);
const minuteMs = 60_000;

/** However busy the machine is that the tests run on. */
const never = {
  ...{ io_percent: 100, cpu_percent: 100, memory_percent: 100 },
  ...{ memory_available: 0, disk_free: 0 },
};

describeReal("the scheduler", { needs: ["rustic"] }, () => {
  let engine: TestEngine;
  let now: number;

  beforeEach(() => {
    now = evening;
  });
  afterEach(() => engine.close());

  async function start({
    projects = 1,
    host = {},
    config = {},
  }: {
    projects?: number;
    host?: Partial<ProjectHost>;
    config?: Record<string, unknown>;
  } = {}): Promise<string[]> {
    engine = await startTestEngine({
      projects,
      host: { clock: { now: () => now }, ...host },
      config: { schedule: { enabled: true }, pressure: never, ...config },
    });
    return engine.projects;
  }

  const jobsOf = async (project_id: string) =>
    (await engine.local("jobs", { project_id })).jobs;

  /** Ticks as a host would, until nothing waits or runs. */
  async function tick(): Promise<void> {
    await engine.backups.tick();
    const { store } = engine.backups.tools;
    await until(() => {
      const { pending, running } = store.jobs.counts();
      return pending + running === 0;
    });
  }

  /** The night goes by: a host that ticks all the time has no gaps. */
  async function sleepTill(end: number, step = 9 * minuteMs): Promise<void> {
    while (now < end) {
      now = Math.min(end, now + step);
      await tick();
    }
  }

  test("makes one backup of each project in a night, whoever else is there", async () => {
    const projects = await start({ projects: 3 });
    await tick();
    for (const id of projects) expect(await jobsOf(id)).toEqual([]);
    await sleepTill(evening + 8 * hourMs);
    for (const id of projects) {
      expect(await jobsOf(id)).toMatchObject([
        { state: "succeeded", trigger: "scheduled", requested_by: "scheduler" },
      ]);
    }
  });

  test("is content with a backup that somebody has asked for since", async () => {
    const [project_id = ""] = await start();
    await tick();
    now = evening + 7 * hourMs;
    await engine.backup(project_id);
    now += 3 * hourMs;
    await tick();
    expect(await jobsOf(project_id)).toMatchObject([{ trigger: "manual" }]);
  });

  test("asks for no second one where somebody has one while it looks", async () => {
    const [project_id = ""] = await start();
    await tick();
    const { next_due_at } = await engine.local("status", { project_id });
    await sleepTill((next_due_at ?? 0) - minuteMs);
    const { projects } = engine.backups.tools.host;
    const { paths } = projects;
    // It looks at the disk after it has planned.
    const spy = jest.spyOn(projects, "paths");
    spy.mockImplementationOnce(async (id) => {
      await engine.backup(id);
      return paths(id);
    });
    await sleepTill(now + 2 * minuteMs);
    spy.mockRestore();
    expect(await jobsOf(project_id)).toMatchObject([{ trigger: "manual" }]);
  });

  test("catches up once after days without a host", async () => {
    const [project_id = ""] = await start();
    await tick();
    now = evening + 5 * dayMs - 12 * hourMs;
    await sleepTill(now + 4 * hourMs);
    expect(await jobsOf(project_id)).toHaveLength(1);
  });

  test("lets what fails wait, and nothing else", async () => {
    const [broken = "", ...others] = await start({ projects: 3 });
    await tick();
    rmSync(engine.projectDir(broken), { recursive: true });
    await sleepTill(evening + 8 * hourMs);
    const failed = await jobsOf(broken);
    expect(failed.map(({ state }) => state)).not.toContain("succeeded");
    // It backs off: 10 minutes, 20, 40 ...
    expect(failed.length).toBeLessThan(10);
    for (const id of others) {
      expect(await jobsOf(id)).toMatchObject([{ state: "succeeded" }]);
    }
  });

  test("leaves alone whose policy says so", async () => {
    const [project_id = ""] = await start();
    const { policy } = await engine.local("get_policy", { project_id });
    const off = { ...policy, enabled: false };
    await engine.local("set_policy", { project_id, policy: off });
    await sleepTill(evening + 8 * hourMs);
    expect(await jobsOf(project_id)).toEqual([]);
    expect(await engine.local("status", { project_id })).toMatchObject({
      ...{ scheduled: false, next_due_at: null },
    });
  });

  test("says when it comes next", async () => {
    const [project_id = ""] = await start();
    await tick();
    const status = await engine.local("status", { project_id });
    expect(status.scheduled).toBe(true);
    expect(status.next_due_at).toBeGreaterThanOrEqual(evening + hourMs);
    expect(status.next_due_at).toBeLessThan(evening + 7 * hourMs);
  });

  test("forgets what retention drops, and removes it a week later", async () => {
    const keep = { last: 1, hourly: 0, daily: 0, weekly: 0, monthly: 0 };
    const [project_id = ""] = await start({
      config: { policy: { keep: { ...keep, yearly: 0 } } },
    });
    await tick();
    const made: (string | null)[] = [];
    for (let night = 1; night <= 3; night++) {
      change(engine.projectDir(project_id));
      await sleepTill(evening + (night - 1) * dayMs + 8 * hourMs);
      made.push((await jobsOf(project_id))[0]?.backup_id ?? null);
    }
    const listed = async (forgotten: boolean) =>
      (await engine.local("list", { project_id, forgotten })).backups.map(
        ({ backup_id }) => backup_id,
      );
    expect(await listed(false)).toEqual([made[2]]);
    expect(await listed(true)).toHaveLength(3);
    // Day by day: in one leap of the clock nothing is removed.
    await sleepTill(now + 8 * dayMs, dayMs);
    const { store, repositories } = engine.backups.tools;
    await until(async () => {
      await engine.backups.tick();
      return (await listed(true)).every((id) => !made.slice(0, 2).includes(id));
    });
    const repository = await repositories.open();
    const ids = await repository.ids();
    expect(ids).toContain(made[2]);
    expect(ids).not.toContain(made[0]);
    const [forget] = store.jobs.ofRepository({
      ...{ repository_id: repository.repository_id, kind: "forget", limit: 1 },
    });
    expect(forget).toMatchObject({ state: "succeeded", project_id: null });
  });

  test("takes the backups of a deleted project after its grace, and its base at once", async () => {
    let deleted: { project_id: string; deleted_at: number }[] = [];
    const [project_id = ""] = await start({
      config: { retention: { deleted_days: 2, unforget_days: 1 } },
    });
    engine.host.projects.deleted = () => Promise.resolve(deleted);
    await engine.backup(project_id);
    await tick();
    deleted = [{ project_id, deleted_at: now }];
    engine.paths.delete(project_id);
    now += dayMs;
    await tick();
    const { store, repositories } = engine.backups.tools;
    const repository = await repositories.open();
    const { repository_id } = repository;
    const query = { project_id, repository_id, limit: 10 };
    expect(store.backups.list(query)).toHaveLength(1);
    now += 2 * dayMs;
    await tick();
    expect(store.backups.list(query)).toHaveLength(0);
    now += 2 * dayMs;
    await until(async () => {
      await engine.backups.tick();
      return store.backups.list({ ...query, forgotten: true }).length === 0;
    });
    expect(store.bases.all()).toEqual([]);
  });

  test("sees by the machine's own clock that the host's was set", async () => {
    await start();
    await tick();
    const { scheduler } = engine.backups.tools.store;
    const before = scheduler.get();
    if (!before?.uptime_ms) throw new Error("it did not read that clock");
    // As though five hours had passed since, and the clock showed three.
    scheduler.put({
      ...before,
      ticked_at: now - 3 * hourMs,
      uptime_ms: before.uptime_ms - 5 * hourMs,
    });
    await tick();
    const { set_at, set_back_ms = 0 } = scheduler.get() ?? {};
    expect(set_at).toBe(now);
    expect(Math.abs(set_back_ms - 2 * hourMs)).toBeLessThan(minuteMs);
  });

  test("lets no change wait for a clock that was set back", async () => {
    const window = { window_start: "05:00", window_minutes: 30 };
    const [project_id = ""] = await start({
      config: { schedule: { enabled: true, ...window } },
    });
    await sleepTill(evening + 13 * hourMs);
    expect(await jobsOf(project_id)).toHaveLength(1);
    now -= 2 * hourMs;
    await tick();
    // An hour later than yesterday, which the clock calls an hour earlier.
    await sleepTill(evening + 29 * hourMs - minuteMs);
    expect(await jobsOf(project_id)).toHaveLength(1);
    await sleepTill(evening + 29.75 * hourMs);
    expect(await jobsOf(project_id)).toHaveLength(2);
  });

  test("leaves a host alone while another process of it looks", async () => {
    const [project_id = ""] = await start();
    const path = join(engine.host.dataDir, "scheduler.lock");
    const seen = () => engine.backups.tools.store.projects.get(project_id);
    await withFileLock(path, () => engine.backups.tick());
    expect(seen()).toBeUndefined();
    await engine.backups.tick();
    expect(seen()).toMatchObject({ first_seen_at: now });
  });
});
