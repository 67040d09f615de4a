/** Work on a repository ends after a while: it goes on the next time. */

import { BackupError } from "../../conat-api/index.js";

/**
 * Runs `action` with a signal that ends it when its time is over, or the
 * job's own says so.
 *
 * @throws BackupError LIMIT_EXCEEDED
 */
export async function withinBudget<T>(
  minutes: number,
  signal: AbortSignal,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const budget = new AbortController();
  const timer = setTimeout(
    () => budget.abort(tooLong(minutes)),
    minutes * 60_000,
  );
  try {
    return await action(AbortSignal.any([signal, budget.signal]));
  } finally {
    clearTimeout(timer);
  }
}

function tooLong(minutes: number): BackupError {
  return new BackupError(
    "LIMIT_EXCEEDED",
    `Work on the repository took longer than the ${minutes} minutes that it has.`,
    { hint: "It is tried again; maintenance.budget_minutes gives it more." },
  );
}
