/**
 * The passes of a prune. It races every backup. One that ran beside a pass
 * that may have taken something from it can be read for certain only after
 * another pass has come: this has ended well when that one has, for what this
 * host made. What other hosts made meanwhile is proven by the next prune: on a
 * busy day there is always some.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { BackupError } from "../../conat-api/index.js";
import type { PruneInput, Repository } from "../repository/index.js";
import { withinBudget } from "./budget.js";
import { type PruneFigures, sumOf } from "./prune-figures.js";
import { pruneOnce } from "./prune-once.js";
import type { RepositoryRun, Tools } from "./task.js";

/** What the passes did, and what the repository holds after them. */
export async function pruneUntilProven(
  input: PruneInput,
  run: RepositoryRun,
  repository: Repository,
  tools: Tools,
): Promise<Record<string, number>> {
  const { config, host, store } = tools;
  const { repository_id } = repository;
  const { budget_minutes } = config.maintenance;
  const figures = await withinBudget(budget_minutes, run.signal, (signal) =>
    passes(input, { ...run, signal }, repository, tools),
  );
  // A backup that begins now has nothing to fear.
  run.note({ phase: "preparing" });
  const counted = await repository.figures({ signal: run.signal });
  store.repositories.counted(repository_id, counted, host.clock.now());
  store.repositories.prunedTo(repository_id, counted.index_files);
  return { ...figures, ...counted };
}

/** No backup of this host begins beside any but the first. */
const mostPasses = 3;

async function passes(
  input: PruneInput,
  run: RepositoryRun,
  repository: Repository,
  tools: Tools,
): Promise<PruneFigures> {
  const { store, host } = tools;
  const { repository_id } = repository;
  let figures: PruneFigures | undefined;
  store.repositories.pruning(repository_id);
  for (let pass = 1; pass <= mostPasses; pass += 1) {
    run.note({ phase: pass === 1 ? "pruning" : "proving" });
    if (pass > 1) await untilNoneRuns(run, tools);
    const { result, beside } = await pruneOnce(input, run, repository, tools);
    figures = sumOf(figures, result);
    const quietly = pass === 1 && figures.changed === 0;
    // Now: whatever comes of the proof, it was pruned.
    store.repositories.pruned(repository_id, quietly, host.clock.now());
    if (beside === 0) return figures;
    run.note({ phase: "preparing" });
    await untilTheyEnd(run, tools);
  }
  throw new BackupError(
    "CONFLICT",
    "Backups ran beside every prune: some of them are not proven yet.",
    { hint: "The next prune proves them." },
  );
}

const pauseMs = 1000;

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
