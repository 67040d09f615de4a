import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseKit } from "../../lib/repository/index.js";
import { change } from "../support/change.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { describeReal } from "../support/tools.js";

const dayMs = 24 * 3600 * 1000;
const keepOne = {
  ...{ last: 1, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 },
};
const scheduled = { trigger: "scheduled", requested_by: "scheduler" } as const;

describeReal("names, pins and policies", { needs: ["rustic"] }, () => {
  const engines: TestEngine[] = [];
  // rustic knows no other clock than the machine's.
  let now = Date.now();

  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
  });

  async function start(config: Record<string, unknown> = {}) {
    const engine = await startTestEngine({
      host: { clock: { now: () => now } },
      config: { schedule: { enabled: true }, ...config },
    });
    engines.push(engine);
    return engine;
  }

  /** A backup that nobody asked for. */
  async function backUp(engine: TestEngine, project_id: string) {
    now += dayMs;
    change(engine.projectDir(project_id));
    const { row } = engine.backups.tools.store.jobs.askBackup({
      ...{ ...scheduled, project_id, now },
    });
    engine.backups.runOnly(row.job_id);
    const job = await engine.ended({ project_id, job_id: row.job_id });
    expect(job).toMatchObject({ state: "succeeded" });
    return String(job.backup_id);
  }

  test("come too late while a job removes what was forgotten", async () => {
    const engine = await start();
    const [project_id = ""] = engine.projects;
    const backup_id = await backUp(engine, project_id);
    const one = { project_id, backup_id };
    await engine.local("forget", one);
    const { store, repositories } = engine.backups.tools;
    const repository_id = repositories.knownId() ?? "";
    store.annotations.leave([{ ...one, repository_id }]);
    const late = { code: "CONFLICT" };
    await expect(engine.local("unforget", one)).rejects.toMatchObject(late);
    const pin = { ...one, pinned: true };
    await expect(engine.local("update", pin)).rejects.toMatchObject(late);
    // It could not be removed.
    store.annotations.stay(repository_id);
    const { backup } = await engine.local("unforget", one);
    expect(backup).toMatchObject({ forgotten_at: null, pinned: false });
  });

  test("outlive their host: what was pinned on one is kept by another's retention", async () => {
    const a = await start();
    const [project_id = ""] = a.projects;
    const pinned = await backUp(a, project_id);
    const dropped = await backUp(a, project_id);
    const facts = { name: "before the talk", note: "all of it", pinned: true };
    await a.local("update", { project_id, backup_id: pinned, ...facts });
    const { policy } = await a.local("get_policy", { project_id });
    await a.local("set_policy", {
      project_id,
      policy: { ...policy, keep: keepOne },
    });
    now += 60_000;
    await a.backups.tick();
    const kit = parseKit(JSON.stringify(a.backups.tools.repositories.kit()));
    await a.close();
    engines.splice(0);
    rmSync(join(a.root, "data"), { recursive: true });

    const repository = { kind: "local", path: join(a.root, "repository") };
    const b = await start({ repository: { ...repository, init: false } });
    b.paths.set(project_id, { subvolume: a.projectDir(project_id) });
    await b.backups.tools.repositories.importKit(kit);
    await b.backups.tick();
    now += 60_000;
    await b.backups.refresh();
    const newest = await backUp({ ...b, projectDir: a.projectDir }, project_id);
    await b.backups.tick();
    const { backups } = await b.local("list", { project_id });
    expect(backups).toMatchObject([
      { backup_id: newest, pinned: false },
      { backup_id: pinned, ...facts },
    ]);
    const all = await b.local("list", { project_id, forgotten: true });
    expect(all.backups.map(({ backup_id }) => backup_id)).toContain(dropped);
    expect(await b.local("get_policy", { project_id })).toMatchObject({
      ...{ is_default: false, policy: { keep: keepOne } },
    });
  });

  test("come back with a deletion that is taken back, for other hosts too", async () => {
    const texts = new Map<string, string>();
    const hub = {
      read: (id: string) => Promise.resolve(texts.get(id)),
      write: (id: string, text: string) =>
        Promise.resolve(void texts.set(id, text)),
    };
    let deleted: { project_id: string; deleted_at: number }[] = [];
    const engine = await startTestEngine({
      host: { clock: { now: () => now }, annotations: hub },
      config: {
        schedule: { enabled: false },
        retention: { deleted_days: 1 },
      },
    });
    engines.push(engine);
    engine.host.projects.deleted = () => Promise.resolve(deleted);
    const [project_id = ""] = engine.projects;
    const backup_id = await backUp(engine, project_id);
    await engine.local("update", { project_id, backup_id, name: "thesis" });
    const paths = engine.paths.get(project_id);
    deleted = [{ project_id, deleted_at: now }];
    engine.paths.delete(project_id);
    // What is written waits a moment for more.
    const isForgottenInHub = async () => {
      for (let looks = 0; looks < 2; looks++) {
        now += dayMs;
        await engine.backups.tick();
      }
      const { backups } = JSON.parse(String(texts.get(project_id))) as {
        backups: { forgotten_at: number | null }[];
      };
      return backups.map(({ forgotten_at }) => forgotten_at !== null);
    };
    expect(await isForgottenInHub()).toEqual([true]);
    deleted = [];
    if (paths) engine.paths.set(project_id, paths);
    expect(await isForgottenInHub()).toEqual([false]);
  });

  test("are no backups in anybody's list", async () => {
    const engine = await start();
    const [project_id = ""] = engine.projects;
    const backup_id = await backUp(engine, project_id);
    await engine.local("update", { project_id, backup_id, name: "one" });
    now += 60_000;
    await engine.backups.tick();
    await engine.local("update", { project_id, backup_id, name: "two" });
    now += 60_000;
    await engine.backups.tick();
    await engine.backups.refresh();
    const { backups } = await engine.local("list", { project_id });
    expect(backups).toMatchObject([{ backup_id, name: "two" }]);
    const repository = await engine.backups.tools.repositories.open();
    const ids = await repository.ids();
    // The backup, and one document.
    expect(ids).toHaveLength(2);
  });

  test("of a hub are kept there, and nothing is written to the repository", async () => {
    const kept = new Map<string, string>();
    const engine = await startTestEngine({
      host: {
        clock: { now: () => now },
        annotations: {
          read: (id) => Promise.resolve(kept.get(id)),
          write: (id, text) => Promise.resolve(void kept.set(id, text)),
        },
      },
      config: { schedule: { enabled: true } },
    });
    engines.push(engine);
    const [project_id = ""] = engine.projects;
    const backup_id = await backUp(engine, project_id);
    await engine.local("update", { project_id, backup_id, pinned: true });
    now += 60_000;
    await engine.backups.tick();
    expect(JSON.parse(kept.get(project_id) ?? "{}")).toMatchObject({
      backups: [{ backup_id, pinned: true }],
    });
    const repository = await engine.backups.tools.repositories.open();
    expect(await repository.ids()).toEqual([backup_id]);
  });

  test("end at a quota: two places stay free of pins", async () => {
    const engine = await startTestEngine({
      host: {
        clock: { now: () => now },
        quota: () => Promise.resolve({ max_backups: 3 }),
      },
      config: { schedule: { enabled: true } },
    });
    engines.push(engine);
    const [project_id = ""] = engine.projects;
    const first = await backUp(engine, project_id);
    await engine.backups.tick();
    now += 60_000;
    await engine.backups.refresh();
    const second = await backUp(engine, project_id);
    const pin = (backup_id: string) =>
      engine.local("update", { project_id, backup_id, pinned: true });
    await pin(first);
    await expect(pin(second)).rejects.toMatchObject({
      code: "LIMIT_EXCEEDED",
    });
    for (let night = 0; night < 3; night++) {
      await backUp(engine, project_id);
      await engine.backups.tick();
      const { backups } = await engine.local("list", { project_id });
      expect(backups.length).toBeLessThanOrEqual(3);
      expect(backups.at(-1)).toMatchObject({ backup_id: first });
    }
  });

  test("that keep nothing are refused", async () => {
    const engine = await start();
    const [project_id = ""] = engine.projects;
    const { policy } = await engine.local("get_policy", { project_id });
    const keep = { ...keepOne, last: 0 };
    await expect(
      engine.local("set_policy", { project_id, policy: { ...policy, keep } }),
    ).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("that keep nothing and are stored all the same take nothing", async () => {
    const engine = await start();
    const [project_id = ""] = engine.projects;
    const { policy } = await engine.local("get_policy", { project_id });
    const keep = { ...keepOne, last: 0 };
    engine.backups.tools.store.projects.setPolicy(
      project_id,
      { ...policy, keep },
      now,
    );
    const made = [await backUp(engine, project_id)];
    made.unshift(await backUp(engine, project_id));
    await engine.backups.tick();
    const { backups } = await engine.local("list", { project_id });
    expect(backups.map(({ backup_id }) => backup_id)).toEqual(made);
  });
});
