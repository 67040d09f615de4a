/**
 * Errors that a prune heals are no damage: a backup that ran beside an earlier
 * one needs packs which that one has marked, and the next one sees so.
 */

import { type BackupError, toBackupError } from "../../conat-api/index.js";
import type { Repository } from "../repository/index.js";
import { pruneUntilProven } from "./prune-until-proven.js";
import type { RepositoryRun, Tools } from "./task.js";

/**
 * What `look` finds, a line each; where a prune may heal that it comes first,
 * and then only what is found again. Where that prune met damage itself it is
 * not tried again for the same findings; where it could not do its work a
 * line more says so, and the next check tries it again.
 */
export async function findUnhealed(
  look: () => Promise<string[]>,
  run: RepositoryRun,
  repository: Repository,
  tools: Tools,
): Promise<string[]> {
  run.note({ phase: "checking" });
  const found = await look();
  if (found.length === 0 || isKnown(found, repository, tools)) return found;
  if (!isAnyUnproven(repository, tools)) return found;
  const failure = await prove(run, repository, tools);
  if (failure?.code === "REPOSITORY_DAMAGED") return found;
  if (failure) return [...found, `${notHealed} ${failure.summary}`];
  run.note({ phase: "checking" });
  return look();
}

const notHealed = "The prune that may heal it failed:";

function isKnown(
  found: readonly string[],
  { repository_id }: Repository,
  { store: { repositories } }: Tools,
): boolean {
  return repositories.get(repository_id)?.damage === JSON.stringify(found);
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

/** Why it failed; undefined: it did not. */
async function prove(
  run: RepositoryRun,
  repository: Repository,
  tools: Tools,
): Promise<BackupError | undefined> {
  try {
    await pruneUntilProven(removesNothing, run, repository, tools);
    return undefined;
  } catch (error) {
    if (run.signal.aborted) throw error;
    const failure = toBackupError(error);
    const { message, details } = failure;
    tools.host.logger.error("what a check found could not be healed", {
      ...{ job_id: run.row.job_id, error: message, details },
    });
    return failure;
  }
}
