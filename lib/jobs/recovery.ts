/** Rows of dead owners: what they left is removed, what they did is told. */

import { join } from "node:path";
import { toBackupError } from "../../conat-api/index.js";
import { isAlive } from "../process-identity.js";
import { type JobRow, ownerOf, tryFileLock } from "../store/index.js";
import { cleanUpAfter, removeStages } from "../tasks/leftovers.js";
import type { Tools } from "../tasks/task.js";
import { interrupted } from "./interrupted.js";

/**
 * Before new work at start, and now and then for other processes on the
 * file. A row of a live owner is left alone. While it goes on elsewhere this
 * does nothing: two that finish one swap would undo each other's renames.
 */
export async function recover(tools: Tools): Promise<void> {
  const { dataDir } = tools.host;
  await tryFileLock(join(dataDir, "recovery.lock"), () => recoverAll(tools));
}

/** Recovers again and again; it never throws. */
export function keepRecovering(
  tools: Tools,
  everyMs: number,
): { close(): Promise<void> } {
  let now: Promise<void> | undefined;
  const again = () => {
    now ??= recover(tools)
      .catch((error: unknown) => {
        tools.host.logger.error("dead jobs could not be looked for", {
          error: String(error),
        });
      })
      .finally(() => {
        now = undefined;
      });
  };
  const timer = setInterval(again, everyMs).unref();
  return {
    async close() {
      clearInterval(timer);
      await now;
    },
  };
}

async function recoverAll(tools: Tools): Promise<void> {
  const { jobs } = tools.store;
  for (const row of jobs.allRunning()) {
    const owner = ownerOf(row);
    if (owner && isAlive(owner)) continue;
    await logged(row, tools, () => settleDead(row, tools));
  }
  for (const row of jobs.withAbandonedStage()) {
    await logged(row, tools, () => removeStages(row, tools));
  }
  tools.repositories.removeDeadProfiles();
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

async function settleDead(row: JobRow, tools: Tools): Promise<void> {
  const { store, host } = tools;
  const state = await cleanUpAfter(row, tools);
  const { code, message } = interrupted(row.kind);
  const now = host.clock.now();
  store.jobs.settle(
    row.job_id,
    state === "succeeded"
      ? { state, now }
      : { state, now, error_code: code, error_message: message },
  );
}
