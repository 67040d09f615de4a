/** The point of no return of a restore. */

import { BackupError } from "../../../conat-api/index.js";
import type { TaskRun, Tools } from "../task.js";
import type { Move } from "./swap.js";

/**
 * Puts the journal on the disk, before the first rename. From here on the
 * restore cannot be cancelled.
 *
 * @throws BackupError CANCELLED: somebody was faster.
 */
export function beginSwap(
  { job: { job_id } }: TaskRun,
  { store, host }: Pick<Tools, "store" | "host">,
  moves: readonly Move[],
  kept_at: string | null = null,
): void {
  const journal = JSON.stringify(moves);
  const now = host.clock.now();
  if (store.jobs.beginSwap(job_id, { journal, kept_at, now })) return;
  throw new BackupError("CANCELLED", "The job was cancelled.");
}
