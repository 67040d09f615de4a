import { rmSync } from "node:fs";
import { join } from "node:path";
import type { ProjectHost } from "../../lib/host.js";
import { withFileLock } from "../../lib/store/index.js";
import { change } from "../support/change.js";
import { self } from "../support/job-rows.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { startSecondHost } from "../support/second-host.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

const hourMs = 3600 * 1000;
const dayMs = 24 * hourMs;

/** An hour before the window, which is from midnight to six. */
const evening = new Date().setUTCHours(23, 0, 0, 0);
const minuteMs = 60_000;

const keepOne = {
  ...{ last: 1, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 },
};

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

  /** The backups of so many nights; each day something changes. */
  async function nights(project_id: string, count: number) {
    const made: (string | null)[] = [];
    for (let night = 1; night <= count; night++) {
      change(engine.projectDir(project_id));
      await sleepTill(evening + (night - 1) * dayMs + 8 * hourMs);
      made.push((await jobsOf(project_id))[0]?.backup_id ?? null);
    }
    return made.map(String);
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

  test("brings back no retry that somebody cancelled, until the next window", async () => {
    const [project_id = ""] = await start();
    await tick();
    const { repositories, store } = engine.backups.tools;
    const offline = jest.spyOn(repositories, "resolve");
    const error = Object.assign(new Error("no"), { code: "EIO" });
    offline.mockRejectedValue(error);
    const { next_due_at } = await engine.local("status", { project_id });
    now = next_due_at ?? 0;
    await engine.backups.tick();
    await until(() => store.jobs.current(project_id)?.trigger === "retry");
    offline.mockRestore();
    const { job_id = "" } = store.jobs.current(project_id) ?? {};
    await engine.local("cancel", { project_id, job_id });
    const states = async () =>
      (await jobsOf(project_id)).map(({ state }) => state);
    await sleepTill(now + 12 * hourMs);
    expect(await states()).toEqual(["cancelled", "failed"]);
    await sleepTill(now + 13 * hourMs);
    expect(await states()).toEqual(["succeeded", "cancelled", "failed"]);
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
    const [project_id = ""] = await start({
      config: { policy: { keep: keepOne } },
    });
    await tick();
    const made = await nights(project_id, 3);
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

  test("gives a project whose deletion is taken back what that took, and no more", async () => {
    let deleted: { project_id: string; deleted_at: number }[] = [];
    const [project_id = ""] = await start({
      config: { retention: { deleted_days: 2, unforget_days: 3 } },
    });
    engine.host.projects.deleted = () => Promise.resolve(deleted);
    const { backup_id: unwanted } = await engine.backup(project_id);
    change(engine.projectDir(project_id));
    const { backup_id } = await engine.backup(project_id);
    await engine.local("forget", { project_id, backup_id: unwanted });
    await tick();
    const paths = engine.paths.get(project_id);
    deleted = [{ project_id, deleted_at: now }];
    engine.paths.delete(project_id);
    now += 2.5 * dayMs;
    await tick();
    const listed = async () =>
      (await engine.local("list", { project_id })).backups.map(
        (one) => one.backup_id,
      );
    expect(await listed()).toEqual([]);
    await expect(
      engine.local("unforget", { project_id, backup_id }),
    ).rejects.toMatchObject({ code: "CONFLICT" });
    deleted = [];
    if (paths) engine.paths.set(project_id, paths);
    await tick();
    expect(await listed()).toEqual([backup_id]);
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

  test("is not held up by a hub that does not answer", async () => {
    const [project_id = ""] = await start({
      host: { quota: () => new Promise(() => {}) },
    });
    await engine.backup(project_id);
    const { store } = engine.backups.tools;
    // Not awaited: it hangs.
    const look = () =>
      until(() => {
        void engine.backups.tick();
        return store.scheduler.get()?.ticked_at === now;
      });
    await look();
    for (now += dayMs; now < evening + 2 * dayMs; now += 9 * minuteMs) {
      change(engine.projectDir(project_id));
      await look();
    }
    await until(async () => (await jobsOf(project_id)).length > 1);
    const [newest] = await jobsOf(project_id);
    expect(newest).toMatchObject({ trigger: "scheduled" });
  });

  test("goes on where the host cannot say where a project is", async () => {
    const [lost = "", other = ""] = await start({ projects: 2 });
    const { projects } = engine.host;
    const { paths } = projects;
    projects.paths = (id) =>
      id === lost ? Promise.reject(new Error("no answer")) : paths(id);
    await tick();
    await sleepTill(evening + 8 * hourMs);
    expect(await jobsOf(other)).toMatchObject([{ state: "succeeded" }]);
    expect(await jobsOf(lost)).not.toEqual([]);
  });

  test("keeps all in order where no backup is scheduled", async () => {
    const [project_id = ""] = await start({
      config: {
        schedule: { enabled: false },
        policy: { keep: keepOne, keep_manual: { last: 1, days: 0 } },
      },
    });
    await engine.backup(project_id);
    now += minuteMs;
    change(engine.projectDir(project_id));
    const { backup_id } = await engine.backup(project_id);
    await sleepTill(evening + 8 * hourMs);
    const listed = async () =>
      (await engine.local("list", { project_id })).backups.map(
        (one) => one.backup_id,
      );
    // It reads the repository first, in its own time.
    await until(async () => {
      await tick();
      return (await listed()).length === 1;
    });
    expect(await listed()).toEqual([backup_id]);
    expect(await jobsOf(project_id)).toHaveLength(2);
  });

  test("leaves to people what they took back", async () => {
    const [project_id = ""] = await start({
      config: { policy: { keep: keepOne } },
    });
    await tick();
    const [night1 = "", night2 = ""] = await nights(project_id, 2);
    const listed = async () =>
      (await engine.local("list", { project_id })).backups.map(
        ({ backup_id }) => backup_id,
      );
    await until(async () => {
      await tick();
      return (await listed()).length === 1;
    });
    expect(await listed()).toEqual([night2]);
    const { backup } = await engine.local("unforget", {
      ...{ project_id, backup_id: night1 },
    });
    expect(backup.trigger).toBe("manual");
    await sleepTill(now + 2 * dayMs, hourMs);
    expect(await listed()).toContain(night1);
  });

  test("waits with retention for a backup that runs", async () => {
    const [project_id = ""] = await start({
      config: { policy: { keep: keepOne } },
    });
    await tick();
    await nights(project_id, 1);
    const { store } = engine.backups.tools;
    const retained = () => store.projects.get(project_id)?.retained_at;
    // The repository is read first.
    await until(async () => {
      await tick();
      return typeof retained() === "number";
    });
    const before = retained();
    const { row } = store.jobs.askBackup({
      ...{ project_id, now, trigger: "manual", requested_by: "test" },
    });
    store.jobs.claim({ owner: self, cap: 9, now, only: row.job_id });
    now += 2 * dayMs;
    await engine.backups.tick();
    expect(retained()).toBe(before);
    store.jobs.settle(row.job_id, { state: "cancelled", now });
    await engine.backups.tick();
    expect(retained()).toBe(now);
  });

  test("notices edits of a project that has no backup yet", async () => {
    const [project_id = "", unknown = ""] = await start({ projects: 2 });
    const list = [
      { project_id, last_edited: now - hourMs },
      { project_id: unknown, last_edited: 0 },
    ];
    engine.host.projects.list = () => Promise.resolve(list);
    await tick();
    const { projects } = engine.backups.tools.store;
    expect(projects.get(project_id)?.unprotected_since).toBe(now - hourMs);
    expect(projects.get(unknown)?.unprotected_since).toBeNull();
  });

  test("of a project that came from another host knows by the list what is protected", async () => {
    // rustic and the other host have the machine's clock.
    now = Date.now();
    const [project_id = ""] = await start();
    await engine.backup(project_id);
    const here = await startSecondHost(engine, { schedule: { enabled: true } });
    let last_edited = now - minuteMs;
    here.paths.set(project_id, { subvolume: engine.projectDir(project_id) });
    here.host.projects.list = () =>
      Promise.resolve([{ project_id, last_edited }]);
    const unprotected = async () => {
      await here.backups.tick();
      return (await here.local("status", { project_id })).unprotected;
    };
    try {
      expect(await unprotected()).toBeNull();
      await here.backups.refresh();
      expect(await unprotected()).toBeNull();
      last_edited = Date.now();
      expect(await unprotected()).toMatchObject({ since: last_edited });
    } finally {
      await here.close();
    }
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
