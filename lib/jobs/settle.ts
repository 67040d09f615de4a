/** From the end of a task to the settled row. */

import { setTimeout as sleep } from "node:timers/promises";
import type { BackupError } from "../../conat-api/index.js";
import type { Settlement, Store } from "../store/index.js";
import type { Tools } from "../tasks/task.js";

const retryMs = 1000;

/** What the row says of a job that did not succeed. */
export function settlementOf(
  { code, message }: BackupError,
  store: Store,
  job_id: string,
): Omit<Settlement, "now"> {
  const by = store.jobs.get(job_id)?.cancel_requested_by;
  return {
    state: code === "CANCELLED" ? "cancelled" : "failed",
    error_code: code,
    error_message: message,
    ...(code === "CANCELLED" && by ? { cancelled_by: by } : {}),
  };
}

/**
 * Writes the end of a job. While the job file cannot be written (a full
 * disk) it is tried again: the row must not say "running" for ever.
 */
export async function settleUntilWritten(
  { store, host }: Pick<Tools, "store" | "host">,
  job_id: string,
  settlement: Omit<Settlement, "now">,
): Promise<void> {
  for (;;) {
    try {
      store.jobs.settle(job_id, { ...settlement, now: host.clock.now() });
      return;
    } catch (error) {
      const { code = "" } = error as { code?: string };
      if (!/^SQLITE_(FULL|IOERR|BUSY)/.test(code)) throw error;
      host.logger.error("a job's end cannot be written yet", { job_id, code });
      await sleep(retryMs);
    }
  }
}
