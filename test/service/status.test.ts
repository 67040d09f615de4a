import {
  defaultPolicy,
  type Job,
  type Schedule,
} from "../../conat-api/index.js";
import { healthOf } from "../../lib/service/status.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { makeSlowRustic, type SlowRustic } from "../support/slow-rustic.js";
import { someJob } from "../support/wire-values.js";

const clean = someJob({ state: "succeeded", warnings_count: 0 });
const warned = someJob({ state: "succeeded", warnings_count: 1 });
const failed = someJob({ state: "failed" });

test.each<[string, boolean, Job | null, string]>([
  ["nothing was tried yet", false, null, "never"],
  ["the first attempt failed", false, failed, "failing"],
  ["all backups of the past are gone", false, clean, "never"],
  ["another host made the backups", true, null, "ok"],
  ["the newest attempt succeeded", true, clean, "ok"],
  ["the newest attempt left something out", true, warned, "warning"],
  ["the newest attempt failed", true, failed, "warning"],
])("when %s, with backups: %p, health is right", (_when, has, last, health) => {
  expect(healthOf(has, last)).toBe(health);
});

describe("the status of a project", () => {
  let engine: TestEngine;
  let rustic: SlowRustic;
  let project_id: string;

  beforeAll(async () => {
    rustic = makeSlowRustic();
    engine = await startTestEngine({
      config: { commands: { rustic: rustic.path } },
    });
    project_id = engine.projects[0] as string;
  });
  afterAll(() => engine.close());

  const status = () => engine.local("status", { project_id });

  test("is empty before anything happened", async () => {
    expect(await status()).toEqual({
      project_id,
      health: "never",
      last_backup: null,
      last_success: null,
      last_attempt: null,
      failed_in_a_row: 0,
      current: null,
      next_due_at: null,
      scheduled: false,
      unprotected: null,
      repository: null,
      as_of: null,
      notices: [],
    });
  });

  test("after a backup names it, and asks for the kit until it is exported", async () => {
    const job = await engine.backup(project_id);
    const { store } = engine.backups.tools;
    const after = await status();
    expect(after).toMatchObject({
      health: "ok",
      last_backup: { backup_id: job.backup_id, warnings_count: 0 },
      last_success: job,
      last_attempt: job,
      current: null,
    });
    const [notice] = after.notices;
    expect(notice?.code).toBe("KIT_NOT_EXPORTED");
    expect(notice?.message).toContain("project-backups repo kit --to FILE");
    store.repositories.kitExported(job.repository_id as string, 1);
    expect((await status()).notices).toEqual([]);
  });

  test("shows the running job, then the one that waits behind it", async () => {
    rustic.hold("backup");
    const begun = rustic.begun("backup");
    const first = await engine.local("start", { project_id });
    await begun;
    const second = await engine.local("start", { project_id });
    expect(second.joined).toBe(false);
    const during = await status();
    expect(during.current).toMatchObject({
      job_id: first.job.job_id,
      state: "running",
      phase: "reading",
    });
    expect(during.next_due_at).toBeNull();
    rustic.release();
    await engine.ended(first.job);
    expect((await engine.ended(second.job)).state).toBe("succeeded");
    expect((await status()).current).toBeNull();
  });

  test("is as it was before when somebody cancels an attempt", async () => {
    const idle = await startTestEngine({ work: false });
    const id = idle.projects[0] as string;
    const health = async () =>
      (await idle.local("status", { project_id: id })).health;
    const ask = async () => (await idle.local("start", { project_id: id })).job;
    const { store } = idle.backups.tools;
    const failing = await ask();
    store.jobs.settle(failing.job_id, { state: "failed", now: Date.now() });
    expect(await health()).toBe("failing");
    const { job_id } = await ask();
    await idle.local("cancel", { project_id: id, job_id });
    expect(await health()).toBe("failing");
    await idle.close();
  });

  test("says when a job that waits is due", async () => {
    const idle = await startTestEngine({ work: false });
    const id = idle.projects[0] as string;
    const { job } = await idle.local("start", { project_id: id });
    const waiting = await idle.local("status", { project_id: id });
    expect(waiting.next_due_at).toBe(job.run_at);
    expect(waiting.current).toEqual(job);
    await idle.close();
  });
});

describe("a project that was backed up is in danger", () => {
  const hourMs = 3600 * 1000;
  const minuteMs = 60_000;
  /** A Monday. */
  const noon = Date.parse("2026-05-04T12:00Z");
  let engine: TestEngine;
  let project_id: string;
  let repository_id: string;
  let now: number;

  beforeAll(async () => {
    now = noon;
    engine = await startTestEngine({
      host: { clock: { now: () => now } },
      config: { schedule: { enabled: true } },
    });
    project_id = engine.projects[0] as string;
    const job = await engine.backup(project_id);
    repository_id = job.repository_id as string;
    now = noon + minuteMs;
    const { store } = engine.backups.tools;
    store.projects.notice([{ project_id, since: now }]);
  });
  afterAll(() => engine.close());

  const healthAt = async (instant: number) => {
    now = instant;
    return (await engine.local("status", { project_id })).health;
  };
  const cron = (expression: string, time_zone = "UTC") =>
    ({ type: "cron", expression, time_zone }) as const;

  test.each<[string, Schedule, number, number]>([
    ["daily", { type: "daily" }, 14, 26],
    ["hourly", cron("0 * * * *"), 3, 3.1],
    ["weekly", cron("0 3 * * 0"), 5 * 24 + 17, 5 * 24 + 17.1],
    ["by a schedule that is none", cron("0 3 * * 0", "Mars/Olympus"), 14, 26],
  ])(
    "once a change waits for longer than it may: %s",
    async (_name, schedule, notYet, overdue) => {
      const { store } = engine.backups.tools;
      const policy = { ...defaultPolicy, schedule };
      store.projects.setPolicy(project_id, policy, now);
      expect(await healthAt(noon + notYet * hourMs)).toBe("ok");
      expect(await healthAt(noon + overdue * hourMs)).toBe("warning");
    },
  );

  test("but not where nothing is scheduled", async () => {
    const { store } = engine.backups.tools;
    const policy = { ...defaultPolicy, enabled: false };
    store.projects.setPolicy(project_id, policy, now);
    expect(await healthAt(noon + 90 * 24 * hourMs)).toBe("ok");
  });

  test("as long as a check of the repository has found damage", async () => {
    const { repositories } = engine.backups.tools.store;
    expect(await healthAt(noon + hourMs)).toBe("ok");
    repositories.checked(repository_id, { errors: ["a pack is gone"] }, now);
    expect(await healthAt(now)).toBe("warning");
    repositories.checked(repository_id, { errors: [] }, now);
    expect(await healthAt(now)).toBe("ok");
  });
});
