/** The error of a job whose host went away. */

import { BackupError, type JobKind } from "../../conat-api/index.js";

/** A restore never starts again by itself. */
export function interrupted(kind: JobKind): BackupError {
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
