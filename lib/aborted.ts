/** Why a signal aborted, as our error. */

import { BackupError } from "../conat-api/index.js";

export function abortError(signal: AbortSignal | undefined): BackupError {
  const { reason } = signal ?? {};
  return reason instanceof BackupError
    ? reason
    : new BackupError("CANCELLED", "The job was cancelled.");
}
