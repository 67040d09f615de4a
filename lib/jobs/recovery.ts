/** Rows of dead owners: what they left is removed, what they did is told. */

import { join } from "node:path";
import { toBackupError } from "../../conat-api/index.js";
import {
  type AnyJobRow,
  isOfProject,
  type JobRow,
  tryFileLock,
} from "../store/index.js";
import {
  endGroupsOf,
  removeStages,
  settleLeftovers,
} from "../tasks/leftovers.js";
import type { Tools } from "../tasks/task.js";
import { type Deaths, watchOwners } from "./deaths.js";
import { interrupted, undecided } from "./interrupted.js";
import { settlementOf } from "./settle.js";

/**
 * Now and then, for other processes on the file: settles, then removes.
 *
 * Returns the orphans: backups that still run in their rows, because only
 * the repository can tell how they ended, and it may be slow or away.
 */
export async function recover(
  tools: Tools,
  deaths: Deaths = watchOwners(),
  signal?: AbortSignal,
): Promise<JobRow[]> {
  const orphans = await recoverRows(tools, deaths);
  await removeAbandoned(tools, signal);
  return orphans;
}

/**
 * Before new work at start. A row of a live owner is left alone. While it
 * goes on elsewhere this does nothing: two that finish one swap would undo
 * each other's renames.
 */
export async function recoverRows(
  tools: Tools,
  deaths: Deaths,
): Promise<JobRow[]> {
  const taken = await locked(tools, async () => {
    const orphans: JobRow[] = [];
    for (const row of tools.store.jobs.allRunning()) {
      if (!deaths.isDead(row)) continue;
      await logged(row, tools, async () => {
        const orphan = await recoverOne(row, tools, deaths);
        if (orphan) orphans.push(orphan);
      });
    }
    return orphans;
  });
  return taken?.result ?? [];
}

/** What ended jobs staged; it may be many files, and nobody waits for it. */
export async function removeAbandoned(
  tools: Tools,
  signal?: AbortSignal,
): Promise<void> {
  await locked(tools, async () => {
    for (const row of tools.store.jobs.withAbandonedStage()) {
      if (signal?.aborted) return;
      await logged(row, tools, async () => {
        await endGroupsOf(row, tools);
        await removeStages(row, tools, signal);
      });
    }
    tools.repositories.removeDeadProfiles();
  });
}

function locked<T>({ host }: Tools, action: () => Promise<T>) {
  return tryFileLock(join(host.dataDir, "recovery.lock"), action);
}

/** What cannot be done now is tried again by the next recovery. */
async function logged(
  { job_id }: AnyJobRow,
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
 * Not while its commands live: the project is busy. Then the row is settled,
 * in order or not: it would hold a place under the cap for ever. Returns an
 * orphan.
 */
async function recoverOne(
  row: AnyJobRow,
  tools: Tools,
  deaths: Deaths,
): Promise<JobRow | undefined> {
  await endGroupsOf(row, tools);
  if (isOfProject(row)) return recoverProjectJob(row, tools, deaths);
  // A prune has no tag: its profile tells whose it was.
  const { job_id } = row;
  for (const stage of tools.repositories.deadCalls()) {
    await endGroupsOf({ job_id, stage }, tools);
  }
  settleFailed(row, tools);
  return undefined;
}

async function recoverProjectJob(
  row: JobRow,
  tools: Tools,
  deaths: Deaths,
): Promise<JobRow | undefined> {
  const { store, host } = tools;
  const { job_id } = row;
  let state: "succeeded" | "failed";
  try {
    state = await settleLeftovers(row, tools);
  } catch (error) {
    const { journal = null, kept_at = null } = store.jobs.get(job_id) ?? {};
    if (journal === null) settleFailed(row, tools);
    // A half-done swap is worth a few attempts: the project has no tree.
    else if (deaths.givesUp(row)) settleFailed(row, tools, undecided(kept_at));
    throw error;
  }
  if (row.in_doubt) {
    store.jobs.note(job_id, { phase: "settling" });
    return row;
  }
  const now = host.clock.now();
  if (state === "succeeded") store.jobs.settle(job_id, { state, now });
  else settleFailed(row, tools);
  return undefined;
}

function settleFailed(
  { job_id, kind }: AnyJobRow,
  tools: Tools,
  failure = interrupted(kind),
): void {
  const now = tools.host.clock.now();
  tools.store.jobs.settle(job_id, () => ({
    ...settlementOf(failure, tools, job_id),
    now,
  }));
}
