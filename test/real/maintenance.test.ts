/** Work on a repository by the jobs of a host. */

import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isTerminal, type RepositoryJobKind } from "../../conat-api/index.js";
import {
  toRepositoryJob,
  type RepositoryJobRow,
} from "../../lib/store/index.js";
import { change } from "../support/change.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { makeSlowRustic } from "../support/slow-rustic.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

const maintained = { maintenance: { maintainer: "maintainer" } };

describeReal("work on a repository", { needs: ["rustic"] }, () => {
  let engine: TestEngine;
  let project_id: string;

  afterEach(() => engine.close());

  async function start(
    config: Record<string, unknown> = {},
    host_id = "maintainer",
  ) {
    engine = await startTestEngine({
      host: { host_id },
      config: { ...maintained, ...config },
    });
    project_id = engine.projects[0] as string;
  }

  async function backUp(): Promise<string> {
    change(engine.projectDir(project_id));
    return (await engine.backup(project_id)).backup_id;
  }

  function ask(kind: RepositoryJobKind, target: object = {}): RepositoryJobRow {
    const { store, repositories } = engine.backups.tools;
    const { row } = store.jobs.askRepository({
      repository_id: String(repositories.knownId()),
      ...{ kind, trigger: "manual", requested_by: "local" },
      ...{ target: JSON.stringify(target), now: Date.now() },
    });
    engine.backups.runOnly(row.job_id);
    return row;
  }

  async function ended({ job_id }: RepositoryJobRow) {
    const { jobs } = engine.backups.tools.store;
    const row = () => jobs.get(job_id) as RepositoryJobRow;
    await until(() => isTerminal(row().state), 60_000);
    return toRepositoryJob(row());
  }

  const known = () => {
    const { store, repositories } = engine.backups.tools;
    return store.repositories.get(String(repositories.knownId()));
  };

  test("prunes: index files become one, and it is written down", async () => {
    await start();
    for (let made = 0; made < 4; made++) await backUp();
    const index = join(engine.root, "repository", "index");
    expect(readdirSync(index)).toHaveLength(4);
    const job = await ended(ask("prune"));
    expect(job).toMatchObject({ state: "succeeded", kind: "prune" });
    expect(job.figures).toMatchObject({ index_files: 1, backups: 4 });
    expect(readdirSync(index)).toHaveLength(1);
    // Nothing that a backup beside it relies on: no follow-up.
    expect(job.figures).toMatchObject({ passes: 1, changed: 0 });
    expect(known()).toMatchObject({ pruned_quietly: 1, index_files_pruned: 1 });
    expect(known()?.pruned_at).toBeGreaterThan(0);
  });

  test("prunes: what it marks asks for another one", async () => {
    await start();
    const gone = await backUp();
    await backUp();
    const repository = await engine.backups.tools.repositories.open();
    await repository.forget([gone]);
    const job = await ended(ask("prune"));
    expect(job.figures?.packs_marked).toBeGreaterThan(0);
    expect(known()).toMatchObject({ pruned_quietly: 0 });
    expect(await ended(ask("prune"))).toMatchObject({
      figures: { passes: 1, changed: 0 },
    });
    expect(known()).toMatchObject({ pruned_quietly: 1 });
  });

  test("checks: a pack that is gone is damage, in status too", async () => {
    await start();
    await backUp();
    expect(await ended(ask("check", { data: "all" }))).toMatchObject({
      state: "succeeded",
    });
    expect(known()).toMatchObject({ damage: null, data_part: 1 });
    const state = async () =>
      (await engine.local("status", { project_id })).repository;
    const whole = await state();
    expect(whole).toMatchObject({ damaged: false, pruned_at: null });
    expect(whole?.data_checked_at).toBe(whole?.checked_at);
    const data = join(engine.root, "repository", "data");
    const packs = readdirSync(data, { recursive: true })
      .map((name) => join(data, String(name)))
      .filter((path) => statSync(path).isFile());
    rmSync(String(packs[0]));
    expect(await ended(ask("check"))).toMatchObject({
      ...{ state: "failed", error_code: "REPOSITORY_DAMAGED" },
    });
    expect(JSON.parse(String(known()?.damage)).length).toBeGreaterThan(0);
    const { notices } = await engine.local("status", { project_id });
    expect(notices.map(({ code }) => code)).toContain("REPOSITORY_DAMAGED");
    const broken = await state();
    expect(broken?.damaged).toBe(true);
    expect(broken?.checked_at).toBeGreaterThan(Number(whole?.checked_at));
  });

  test("reads the data in turns", async () => {
    await start({ maintenance: { maintainer: "maintainer", data_parts: 2 } });
    await backUp();
    for (const next of [2, 1]) {
      const job = await ended(ask("check", { data: "part" }));
      expect(job).toMatchObject({ state: "succeeded" });
      expect(known()).toMatchObject({ data_part: next });
    }
  });

  test("is refused by every other host", async () => {
    await start({}, "somebody-else");
    await backUp();
    for (const kind of ["prune", "check"] as const) {
      const job = await ended(ask(kind));
      expect(job).toMatchObject({ error_code: "PERMISSION_DENIED" });
      expect(job.error_message).toContain("maintainer");
    }
  });

  test("takes no place of a project, and one at a time of its own", async () => {
    const slow = makeSlowRustic();
    await start({ commands: { rustic: slow.path }, limits: { jobs: 1 } });
    await backUp();
    const { jobs } = engine.backups.tools.store;
    const prune = ask("prune");
    const check = ask("check");
    await backUp();
    expect(await ended(prune)).toMatchObject({ state: "succeeded" });
    expect(await ended(check)).toMatchObject({ state: "succeeded" });
    const rows = [prune, check].map(({ job_id }) => jobs.get(job_id));
    const [first, second] = rows as RepositoryJobRow[];
    expect(second?.started_at).toBeGreaterThanOrEqual(first?.finished_at ?? 0);
  });

  test("proves what ran beside it with another prune", async () => {
    await start();
    for (let made = 0; made < 3; made++) await backUp();
    const { store, repositories } = engine.backups.tools;
    const repository_id = String(repositories.knownId());
    const beside = new AbortController();
    const prune = ask("prune");
    const backups = (async () => {
      while (!beside.signal.aborted) await backUp();
    })();
    const job = await ended(prune);
    beside.abort();
    await backups;
    expect(job.state).toBe("succeeded");
    // Whatever ran beside its last pass waits for the next one.
    const after = await ended(ask("prune"));
    expect(after.state).toBe("succeeded");
    expect(store.backups.unproven(repository_id)).toEqual([]);
    expect(await ended(ask("check", { data: "all" }))).toMatchObject({
      state: "succeeded",
    });
  });

  test("forgets only what was forgotten long enough ago", async () => {
    await start({ retention: { unforget_days: 0.00005 } });
    const gone = await backUp();
    const kept = await backUp();
    const asked = { project_id, backup_id: gone };
    await engine.local("forget", asked);
    const { store, repositories } = engine.backups.tools;
    store.projects.see([project_id], Date.now());
    await ended(ask("forget"));
    await until(async () => {
      await ended(ask("forget"));
      return (
        store.backups.find(String(repositories.knownId()), gone) === undefined
      );
    });
    const repository = await repositories.open();
    const ids = await repository.ids();
    expect(ids).toContain(kept);
    expect(ids).not.toContain(gone);
    await expect(engine.local("unforget", asked)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});
