/**
 * Errors that a prune heals are no damage: a backup that ran beside an earlier
 * one needs packs which that one has marked, and the next one sees so.
 */

import type { BackupError } from "../../conat-api/index.js";
import type { Repository } from "../repository/index.js";
import { pruneUntilProven } from "./prune-until-proven.js";
import type { RepositoryRun, Tools } from "./task.js";

/**
 * What `look` finds, a line each; where a prune may heal that it comes first,
 * and then only what is found again.
 *
 * @throws BackupError also when that prune could not do its work.
 */
export async function findUnhealed(
  look: () => Promise<string[]>,
  run: RepositoryRun,
  repository: Repository,
  tools: Tools,
): Promise<string[]> {
  run.note({ phase: "checking" });
  const found = await look();
  if (found.length === 0 || !isAnyUnproven(repository, tools)) return found;
  if (!(await proves(run, repository, tools))) return found;
  run.note({ phase: "checking" });
  return look();
}

function isAnyUnproven(
  { repository_id }: Repository,
  { store: { repositories, backups, jobs } }: Tools,
): boolean {
  return (
    repositories.get(repository_id)?.pruned_quietly === 0 ||
    backups.unproven(repository_id).length > 0 ||
    jobs.countBesidePrune() > 0
  );
}

/** A century: it may be damaged, and then a repair may need all of it. */
const removesNothing = {
  keepDeleteSeconds: 100 * 365 * 24 * 3600,
  maxRepackBytes: 0,
};

/** false: it met damage itself. */
async function proves(
  run: RepositoryRun,
  repository: Repository,
  tools: Tools,
): Promise<boolean> {
  try {
    await pruneUntilProven(removesNothing, run, repository, tools);
    return true;
  } catch (error) {
    const { code } = error as BackupError;
    if (code === "REPOSITORY_DAMAGED") return false;
    throw error;
  }
}
