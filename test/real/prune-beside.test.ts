/** A prune by the jobs of a host, while this host and others back up. */

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import type { RepositoryJobKind } from "../../conat-api/index.js";
import type { RepositoryJobRow } from "../../lib/store/index.js";
import { change } from "../support/change.js";
import type { TestEngine } from "../support/engine.js";
import {
  type MaintainingHost,
  startMaintainingHost,
} from "../support/maintaining-host.js";
import type { SlowRustic } from "../support/slow-rustic.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";
import { until } from "../support/until.js";

describeReal("a prune and what runs beside it", { needs: ["rustic"] }, () => {
  let host: MaintainingHost;
  let engine: TestEngine;
  let rustic: SlowRustic;
  let project_id: string;

  beforeEach(async () => {
    host = await startMaintainingHost();
    ({ engine, rustic, project_id } = host);
    const gone = await backUp();
    await backUp();
    // Else a prune takes nothing from what runs beside it.
    const repository = await engine.backups.tools.repositories.open();
    await repository.forget([gone]);
  });

  afterEach(() => host.close());

  const backUp = () => host.backUp();

  const known = () => host.repositoryId();
  const rowOf = (job_id: string) => host.rowOf(job_id);
  const unproven = () => engine.backups.tools.store.backups.unproven(known());

  const ask = (kind: RepositoryJobKind, target?: object) =>
    host.ask(kind, target);
  const ended = (row: RepositoryJobRow) => host.ended(row);

  /** Between its list of what is there and its end. */
  async function pruneWhile(action: () => Promise<unknown>) {
    rustic.hold("prune");
    const begun = rustic.begun("prune");
    const row = ask("prune");
    await begun;
    await action();
    rustic.release();
    return ended(row);
  }

  /** Of a project that lives elsewhere, by a job that is not ours. */
  async function backUpElsewhere(): Promise<string> {
    const repository = await engine.backups.tools.repositories.open();
    const directory = tempDir("elsewhere");
    writeFileSync(join(directory, "notes.txt"), randomUUID());
    const { backup_id } = await repository.backup(
      {
        ...{ directory, source: ["."], onBytes() {} },
        ...{ project_id: randomUUID(), job_id: randomUUID() },
      },
      {},
    );
    return backup_id;
  }

  test("is done after one pass where only documents came meanwhile", async () => {
    const repository = await engine.backups.tools.repositories.open();
    const job = await pruneWhile(() =>
      repository.saveAnnotations(project_id, "{}"),
    );
    expect(job).toMatchObject({
      ...{ state: "succeeded", figures: { passes: 1 } },
    });
    expect(job.figures?.changed).toBeGreaterThan(0);
    expect(unproven()).toEqual([]);
  });

  test("leaves what other hosts made to the next one, and remembers it", async () => {
    let backup_id = "";
    const job = await pruneWhile(async () => {
      backup_id = await backUpElsewhere();
    });
    expect(job).toMatchObject({
      ...{ state: "succeeded", figures: { passes: 1 } },
    });
    const { store } = engine.backups.tools;
    expect(store.repositories.get(known())).toMatchObject({
      pruned_quietly: 0,
    });
    expect(unproven()).toMatchObject([{ backup_id, is_ours: 0 }]);
    await engine.backups.refresh();
    expect(store.backups.find(known(), backup_id)).toMatchObject({
      unproven: true,
    });
    expect(await ended(ask("prune"))).toMatchObject({ state: "succeeded" });
    expect(store.backups.find(known(), backup_id)).toMatchObject({
      unproven: false,
    });
  });

  test("that changes nothing proves nothing of what an earlier one ran beside", async () => {
    expect(await ended(ask("prune"))).toMatchObject({ state: "succeeded" });
    const { jobs } = engine.backups.tools.store;
    rustic.hold("backup");
    const begun = rustic.begun("backup");
    change(engine.projectDir(project_id));
    const { job } = await engine.local("start", { project_id });
    await begun;
    // As a prune does that fails after it has changed something.
    jobs.flagBesidePrune();
    const prune = ask("prune");
    const phase = () => rowOf(prune.job_id).phase;
    await until(() => phase() === "pruning");
    await until(() => phase() === "preparing");
    expect(jobs.besidePrune()).toEqual([job.job_id]);
    rustic.release();
    const { backup_id } = await engine.ended(job);
    expect(unproven()).toMatchObject([{ backup_id, is_ours: 1 }]);
    expect(await ended(prune)).toMatchObject({
      ...{ state: "succeeded", figures: { passes: 2 } },
    });
    expect(unproven()).toEqual([]);
  });

  test("is written down before it begins: it may be killed", async () => {
    const { store } = engine.backups.tools;
    const before = () => store.repositories.get(known());
    expect(before()).toMatchObject({ pruned_quietly: 1, pruned_at: null });
    const job = await pruneWhile(async () => {
      expect(before()).toMatchObject({ pruned_quietly: 0, pruned_at: null });
    });
    expect(job.state).toBe("succeeded");
  });

  test("is written down although the proof of its backups does not come", async () => {
    const { store } = engine.backups.tools;
    rustic.hold("backup");
    const begun = rustic.begun("backup");
    change(engine.projectDir(project_id));
    const { job } = await engine.local("start", { project_id });
    await begun;
    const prune = ask("prune");
    await until(() => store.repositories.get(known())?.pruned_at !== null);
    expect(rowOf(prune.job_id).state).toBe("running");
    rustic.release();
    await engine.ended(job);
    expect(await ended(prune)).toMatchObject({ state: "succeeded" });
  });

  test("again and again keeps every backup of this host and of others", async () => {
    const repository = await engine.backups.tools.repositories.open();
    const ending = new AbortController();
    const whileIt = async (action: () => Promise<unknown>) => {
      while (!ending.signal.aborted) await action();
    };
    const others = Promise.all([whileIt(backUp), whileIt(backUpElsewhere)]);
    const passes: number[] = [];
    for (let round = 0; round < 8; round++) {
      const job = await ended(ask("prune"));
      expect(job).toMatchObject({ state: "succeeded" });
      passes.push(job.figures?.passes ?? 0);
    }
    ending.abort();
    await others;
    // Else none had to be proven.
    expect(Math.max(...passes)).toBeGreaterThan(1);
    expect(await ended(ask("prune"))).toMatchObject({ state: "succeeded" });
    expect(unproven()).toEqual([]);
    const whole = await ended(ask("check", { data: "all" }));
    expect(whole).toMatchObject({ state: "succeeded" });
    for (const backup_id of await repository.ids()) {
      const directory = tempDir("target");
      await repository.restore({ backup_id, directory, onBytes() {} }, {});
      expect(readdirSync(directory).length).toBeGreaterThan(0);
    }
  }, 180_000);

  test("comes to a damaged repository only when a person says so", async () => {
    const { store } = engine.backups.tools;
    const errors = ["a pack is missing"];
    store.repositories.checked(known(), { errors }, Date.now());
    const runs = () => rustic.runs().filter((run) => run.includes("prune"));
    for (const kind of ["prune", "forget"] as const) {
      const refused = await ended(ask(kind));
      expect(refused).toMatchObject({ error_code: "REPOSITORY_DAMAGED" });
      expect(refused.error_message).toContain("--despite-damage");
    }
    expect(runs()).toEqual([]);
    const job = await ended(ask("prune", { despite_damage: true }));
    expect(job).toMatchObject({ state: "succeeded" });
    expect(runs()).toHaveLength(1);
  });

  test("finds damage of the data gone only once the data is read again", async () => {
    const large = join(engine.projectDir(project_id), "large");
    writeFileSync(large, randomBytes(1_000_000));
    await backUp();
    const pack = largestBelow(join(engine.root, "repository", "data"));
    const whole = readFileSync(pack);
    const spoilt = Buffer.from(whole);
    spoilt[10] = (spoilt[10] ?? 0) ^ 0xff;
    writeFileSync(pack, spoilt);
    const damaged = { error_code: "REPOSITORY_DAMAGED" };
    expect(await ended(ask("check"))).toMatchObject({ state: "succeeded" });
    expect(await ended(ask("check", { data: "all" }))).toMatchObject(damaged);
    writeFileSync(pack, whole);
    const unread = await ended(ask("check"));
    expect(unread).toMatchObject(damaged);
    expect(unread.error_message).toContain("repo check --read-part");
    expect(await ended(ask("check", { data: "part" }))).toMatchObject({
      ...{ state: "succeeded", figures: { part: 1, parts: 1 } },
    });
    expect(await ended(ask("check"))).toMatchObject({ state: "succeeded" });
  });
});

/** Trees are read by every check: it holds none. */
function largestBelow(directory: string): string {
  const files = readdirSync(directory, { recursive: true })
    .map((name) => join(directory, String(name)))
    .map((path) => ({ path, stats: statSync(path) }))
    .filter(({ stats }) => stats.isFile())
    .toSorted((a, b) => b.stats.size - a.stats.size);
  return String(files[0]?.path);
}
