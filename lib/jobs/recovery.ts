/** Rows of dead owners: what they left is removed, what they did is told. */

import { join } from "node:path";
import { toBackupError } from "../../conat-api/index.js";
import { type JobRow, tryFileLock } from "../store/index.js";
import { cleanUpAfter, removeStages } from "../tasks/leftovers.js";
import type { Tools } from "../tasks/task.js";
import { type Deaths, watchOwners } from "./deaths.js";
import { interrupted, undecided } from "./interrupted.js";
import { settlementOf } from "./settle.js";

/**
 * Before new work at start, and now and then for other processes on the
 * file. A row of a live owner is left alone. While it goes on elsewhere this
 * does nothing: two that finish one swap would undo each other's renames.
 *
 * Returns the orphans: cleaned up backups that still run, because only the
 * repository can tell how they ended, and it may be slow or away.
 */
export async function recover(
  tools: Tools,
  deaths: Deaths = watchOwners(),
): Promise<JobRow[]> {
  const lock = join(tools.host.dataDir, "recovery.lock");
  const taken = await tryFileLock(lock, () => recoverAll(tools, deaths));
  return taken?.result ?? [];
}

async function recoverAll(tools: Tools, deaths: Deaths): Promise<JobRow[]> {
  const { jobs } = tools.store;
  const orphans: JobRow[] = [];
  for (const row of jobs.allRunning()) {
    if (!deaths.isDead(row)) continue;
    await logged(row, tools, async () => {
      if (await recoverOne(row, tools, deaths)) orphans.push(row);
    });
  }
  for (const row of jobs.withAbandonedStage()) {
    await logged(row, tools, () => removeStages(row, tools));
  }
  tools.repositories.removeDeadProfiles();
  return orphans;
}

/** What cannot be done now is tried again by the next recovery. */
async function logged(
  { job_id }: JobRow,
  { host }: Tools,
  action: () => Promise<void>,
): Promise<void> {
  await action().catch((error: unknown) => {
    host.logger.error("a dead job could not be cleaned up", {
      job_id,
      error: toBackupError(error).details ?? String(error),
    });
  });
}

/**
 * Cleaned up or not, the row is settled: it would hold a place under the cap
 * for ever. What is left of its stage is removed by a later recovery. true:
 * an orphan.
 */
async function recoverOne(
  row: JobRow,
  tools: Tools,
  deaths: Deaths,
): Promise<boolean> {
  const { store, host } = tools;
  const { job_id, kind } = row;
  const now = host.clock.now();
  const settleFailed = (failure = interrupted(kind)) =>
    void store.jobs.settle(job_id, {
      ...settlementOf(failure, tools, job_id),
      now,
    });
  let state: "succeeded" | "failed";
  try {
    state = await cleanUpAfter(row, tools);
  } catch (error) {
    const { journal = null, kept_at = null } = store.jobs.get(job_id) ?? {};
    if (journal === null) settleFailed();
    // A half-done swap is worth a few attempts: the project has no tree.
    else if (deaths.givesUp(row)) settleFailed(undecided(kept_at));
    throw error;
  }
  if (row.in_doubt) {
    store.jobs.note(job_id, { phase: "settling" });
    return true;
  }
  if (state === "succeeded") store.jobs.settle(job_id, { state, now });
  else settleFailed();
  return false;
}
