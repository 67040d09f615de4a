/** From the end of a task to the settled row. */

import { setTimeout as sleep } from "node:timers/promises";
import type { BackupError, ErrorCode } from "../../conat-api/index.js";
import { cancelledBy } from "../aborted.js";
import type { Settlement } from "../store/index.js";
import { isUndone } from "../tasks/restore/swap.js";
import type { Tools } from "../tasks/task.js";
import { retryAt } from "./retry.js";

/** Of a job that somebody cancelled these say the same. */
const yieldsToCancel: readonly ErrorCode[] = ["INTERRUPTED", "CANCELLED"];

const writeAgainMs = 1000;

/**
 * What the row says of a job that did not succeed. A host that closed before
 * it saw that a cancel was asked for has cancelled all the same.
 */
export function settlementOf(
  failure: BackupError,
  { store, host }: Pick<Tools, "store" | "host">,
  job_id: string,
): Omit<Settlement, "now"> {
  const row = store.jobs.get(job_id);
  const by = row?.cancel_requested_by;
  const { code, summary, message } =
    by && yieldsToCancel.includes(failure.code) ? cancelledBy(by) : failure;
  // Whatever ended it: nobody wants it any more.
  const retry_at =
    row && !by ? retryAt(row, code, host.clock.now()) : undefined;
  return {
    ...(retry_at === undefined ? {} : { retry_at }),
    ...(isUndone(failure) ? { swap_undone: true } : {}),
    state: code === "CANCELLED" ? "cancelled" : "failed",
    error_code: code,
    error_message:
      retry_at === undefined
        ? message
        : `${summary} It is tried again by itself.`,
    ...(code === "CANCELLED" && by ? { cancelled_by: by } : {}),
  };
}

/**
 * Writes the end of a job. While the job file cannot be written (a full
 * disk) it is tried again: the row must not say "running" for ever. What is
 * written is asked anew each time: somebody may have cancelled it meanwhile.
 *
 * @throws SqliteError when it cannot be written and `stopping` says that
 * nobody can wait: then a recovery settles the row, one of this process as
 * soon as it has seen twice that its heartbeat stands still.
 */
export async function settleUntilWritten(
  { store, host }: Pick<Tools, "store" | "host">,
  job_id: string,
  settlement: () => Omit<Settlement, "now">,
  stopping: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      const now = host.clock.now();
      store.jobs.settle(job_id, () => ({ ...settlement(), now }));
      return;
    } catch (error) {
      if (!mayPass(error) || stopping.aborted) throw error;
      host.logger.error("a job's end cannot be written yet", {
        job_id,
        error: String(error),
      });
      await sleep(writeAgainMs, undefined, { signal: stopping }).catch(
        () => {},
      );
    }
  }
}

/** Is it the disk's fault, and not that of what is written? */
export function mayPass(error: unknown): boolean {
  const { code = "" } = error as { code?: string };
  return /^SQLITE_(FULL|IOERR|BUSY)/.test(code);
}
