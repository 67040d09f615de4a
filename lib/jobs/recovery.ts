/** Rows of dead owners: what they left is removed, what they did is told. */

import { BackupError, toBackupError } from "../../conat-api/index.js";
import { isAlive } from "../process-identity.js";
import { type JobRow, ownerOf } from "../store/index.js";
import { cleanUpAfter } from "../tasks/leftovers.js";
import type { Tools } from "../tasks/task.js";
import { settleUntilWritten } from "./settle.js";

/**
 * Before new work at start, and now and then for other processes on the
 * file. A row of a live owner is left alone.
 */
export async function recover(tools: Tools): Promise<void> {
  for (const row of tools.store.jobs.allRunning()) {
    const owner = ownerOf(row);
    if (owner && isAlive(owner)) continue;
    await settleDead(row, tools).catch((error: unknown) => {
      tools.host.logger.error("a dead job could not be cleaned up", {
        job_id: row.job_id,
        error: toBackupError(error).details ?? String(error),
      });
    });
  }
}

async function settleDead(row: JobRow, tools: Tools): Promise<void> {
  const state = await cleanUpAfter(row, tools);
  const { code, message } = interrupted(row);
  await settleUntilWritten(
    tools,
    row.job_id,
    state === "succeeded"
      ? { state }
      : { state, error_code: code, error_message: message },
  );
}

function interrupted({ kind }: JobRow): BackupError {
  return new BackupError(
    "INTERRUPTED",
    "The host went away while the job ran.",
    {
      hint:
        kind === "restore"
          ? "The project is as it was before: start the restore again."
          : "Start the backup again.",
    },
  );
}
