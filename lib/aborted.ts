/** Aborted signals, as our errors. */

import { BackupError } from "../conat-api/index.js";

export function abortError(signal: AbortSignal | undefined): BackupError {
  const { reason } = signal ?? {};
  return reason instanceof BackupError
    ? reason
    : new BackupError("CANCELLED", "The job was cancelled.");
}

export function cancelledBy(by: string): BackupError {
  return new BackupError("CANCELLED", `The job was cancelled by ${by}.`);
}

/** The signal's reason when the host cannot wait for a job any longer. */
export const hostCloses = new BackupError("INTERRUPTED", "The host closes.");

/**
 * What `shared` resolves to, or the signal's reason as soon as it aborts:
 * then others may still wait for it.
 */
export async function untilAborted<T>(
  shared: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (!signal) return shared;
  if (signal.aborted) throw abortError(signal);
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(abortError(signal));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([shared, aborted]);
  } finally {
    if (stop) signal.removeEventListener("abort", stop);
  }
}

/** Aborts what has not ended after `ms`. */
export async function within<T>(
  ms: number,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  try {
    return await action(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
