/**
 * One pass of a prune, and which backups ran beside it: those it proves that
 * ended before, those it cannot prove that it may have taken something from.
 */

import { setTimeout as sleep } from "node:timers/promises";
import {
  LostRace,
  type PruneInput,
  type PruneResult,
  type Repository,
} from "../repository/index.js";
import type { UnprovenBackup } from "../store/index.js";
import { changesOf } from "./prune-figures.js";
import type { RepositoryRun, Tools } from "./task.js";

export interface Pass {
  result: PruneResult;
  /** How many backups of this host wait for another pass. */
  beside: number;
}

export async function pruneOnce(
  input: PruneInput,
  run: RepositoryRun,
  repository: Repository,
  { store }: Tools,
): Promise<Pass> {
  const { jobs, backups } = store;
  const { repository_id } = repository;
  // Of a prune that failed after it changed something: not this one's.
  const earlier = jobs.besidePrune();
  // Those have settled: this one sees what they need.
  const seen = backups.unproven(repository_id);
  jobs.flagBesidePrune();
  const before = new Set(await repository.ids({ signal: run.signal }));
  const result = await pruneInSpiteOfRaces(input, run, repository);
  jobs.flagBesidePrune();
  if (changesOf(result) === 0) {
    // What ran beside it alone has lost nothing.
    jobs.clearBesidePrune(earlier);
    const alone = backups
      .unproven(repository_id)
      .filter(({ job_id }) => job_id !== null && !earlier.includes(job_id));
    backups.markUnproven(repository_id, idsOf(alone), false);
  } else {
    const made = await madeSince(before, run, repository);
    backups.markUnproven(repository_id, made, true);
  }
  backups.markUnproven(repository_id, idsOf(seen), false);
  const ours = backups.unproven(repository_id).filter(isOurs);
  return { result, beside: jobs.countBesidePrune() + ours.length };
}

export function isOurs({ is_ours }: UnprovenBackup): boolean {
  return is_ours === 1;
}

const idsOf = (all: readonly UnprovenBackup[]) =>
  all.map(({ backup_id }) => backup_id);

/** Backups of any host; documents read nothing of what a prune removes. */
async function madeSince(
  before: ReadonlySet<string>,
  { signal }: RepositoryRun,
  repository: Repository,
): Promise<string[]> {
  const after = await repository.ids({ signal });
  const others = after.filter((id) => !before.has(id));
  const { backups } = await repository.read(others, { signal });
  return backups.map(({ backup_id }) => backup_id);
}

const mostRaces = 8;
const pauseMs = 1000;

/** One that loses has changed nothing. */
async function pruneInSpiteOfRaces(
  input: PruneInput,
  { signal, onGroup }: RepositoryRun,
  repository: Repository,
): Promise<PruneResult> {
  for (let race = 1; ; race += 1) {
    try {
      return await repository.prune(input, { signal, onGroup });
    } catch (error) {
      if (!(error instanceof LostRace) || race === mostRaces) throw error;
      await sleep(pauseMs * race, undefined, { signal });
    }
  }
}
