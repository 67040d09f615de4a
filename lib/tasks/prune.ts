/**
 * A prune: what no backup needs is marked, and what was marked long ago goes.
 * It races every backup. One that ran beside a prune that changed something
 * can be read for certain only after another prune has come: this job has
 * succeeded when that one has.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { BackupError } from "../../conat-api/index.js";
import {
  LostRace,
  type PruneResult,
  type Repository,
} from "../repository/index.js";
import { withinBudget } from "./budget.js";
import { requireMaintainer } from "./maintainer.js";
import { openRepositoryOf } from "./open-repository.js";
import type { RepositoryRun, RepositoryTask, Tools } from "./task.js";

export const runPrune: RepositoryTask = async (run, tools) => {
  const { config, host, store } = tools;
  const { repository_id } = run.row;
  await requireMaintainer(repository_id, tools);
  const repository = await openRepositoryOf(run, tools);
  const { budget_minutes } = config.maintenance;
  const figures = await withinBudget(budget_minutes, run.signal, (signal) =>
    pruneUntilProven({ ...run, signal }, repository, tools),
  );
  const quietly = figures.passes === 1 && figures.changed === 0;
  store.repositories.pruned(repository_id, quietly, host.clock.now());
  const counted = await repository.figures({ signal: run.signal });
  store.repositories.counted(repository_id, counted, host.clock.now());
  return { figures: { ...figures, ...counted } };
};

/** Other hosts may back up beside each of them. */
const mostPasses = 6;

async function pruneUntilProven(
  run: RepositoryRun,
  repository: Repository,
  tools: Tools,
): Promise<Figures> {
  let figures: Figures | undefined;
  for (let pass = 1; pass <= mostPasses; pass += 1) {
    run.note({ phase: pass === 1 ? "pruning" : "proving" });
    if (pass > 1) await untilNoneRuns(run, tools);
    const { result, beside } = await pruneOnce(run, repository, tools);
    figures = sum(figures, result);
    if (beside === 0) return figures;
    run.note({ phase: "preparing" });
    await untilTheyEnd(run, tools);
  }
  throw new BackupError(
    "CONFLICT",
    "Backups ran beside every prune: some of them are not proven yet.",
    { hint: "It is tried again." },
  );
}

/** With how many backups ran beside it and are unproven for that. */
async function pruneOnce(
  run: RepositoryRun,
  repository: Repository,
  { store, config }: Tools,
): Promise<{ result: PruneResult; beside: number }> {
  const { jobs, backups } = store;
  const { repository_id } = repository;
  // Those have settled: this one sees what they need.
  const seen = backups.unproven(repository_id);
  jobs.flagBesidePrune();
  const before = new Set(await repository.ids({ signal: run.signal }));
  const result = await pruneInSpiteOfRaces(run, repository, config);
  jobs.flagBesidePrune();
  if (changesOf(result) === 0) {
    // What ran beside it has lost nothing.
    jobs.clearBesidePrune();
    backups.markUnproven(repository_id, backups.unproven(repository_id), false);
    return { result, beside: 0 };
  }
  backups.markUnproven(repository_id, seen, false);
  const after = await repository.ids({ signal: run.signal });
  // Of other hosts, too: their rows come with the next reading.
  const others = after.filter((id) => !before.has(id));
  backups.markUnproven(repository_id, others, true);
  return { result, beside: jobs.countBesidePrune() + others.length };
}

const mostRaces = 8;
const pauseMs = 1000;

/** One that loses has changed nothing. */
async function pruneInSpiteOfRaces(
  { signal, onGroup }: RepositoryRun,
  repository: Repository,
  { maintenance }: Tools["config"],
): Promise<PruneResult> {
  const input = {
    keepDeleteSeconds: maintenance.keep_delete_hours * 3600,
    maxRepackBytes: maintenance.repack_bytes,
  };
  for (let race = 1; ; race += 1) {
    try {
      return await repository.prune(input, { signal, onGroup });
    } catch (error) {
      if (!(error instanceof LostRace) || race === mostRaces) throw error;
      await sleep(pauseMs * race, undefined, { signal });
    }
  }
}

function changesOf(result: PruneResult): number {
  const { packs_repacked, packs_marked, packs_removed } = result;
  const { packs_recovered, index_files_rebuilt } = result;
  return (
    packs_repacked +
    packs_marked +
    packs_removed +
    packs_recovered +
    index_files_rebuilt
  );
}

/** Only what began before the prune ended is waited for. */
async function untilTheyEnd(
  { signal }: RepositoryRun,
  { store }: Tools,
): Promise<void> {
  while (store.jobs.countBesidePrune() > 0) {
    await sleep(pauseMs, undefined, { signal });
  }
}

/** A host begins none meanwhile; one that runs for hours is not waited for. */
const mostWaitMs = 5 * 60_000;

async function untilNoneRuns(
  { signal }: RepositoryRun,
  { store }: Tools,
): Promise<void> {
  const until = performance.now() + mostWaitMs;
  while (store.jobs.countRunningBackups() > 0 && performance.now() < until) {
    await sleep(pauseMs / 5, undefined, { signal });
  }
}

type Figures = { passes: number; changed: number } & Record<string, number>;

function sum(before: Figures | undefined, result: PruneResult): Figures {
  const facts: Record<string, number> = { ...result };
  for (const name of ["packs_marked", "bytes_marked", "packs_removed"]) {
    facts[name] = (facts[name] ?? 0) + (before?.[name] ?? 0);
  }
  return {
    ...facts,
    passes: (before?.passes ?? 0) + 1,
    changed: (before?.changed ?? 0) + changesOf(result),
  };
}
