/** The errors of a job whose host went away. */

import {
  BackupError,
  type JobKind,
  type RepositoryJobKind,
} from "../../conat-api/index.js";

/** A restore never starts again by itself. */
export function interrupted(kind: JobKind | RepositoryJobKind): BackupError {
  return new BackupError(
    "INTERRUPTED",
    "The host went away while the job ran.",
    kind === "restore"
      ? { hint: "The project is as it was before: start the restore again." }
      : {},
  );
}

/** A swap that began, perhaps, and can neither be finished nor taken back. */
export function undecided(kept_at: string | null): BackupError {
  return new BackupError(
    "FILESYSTEM_FAILED",
    "The host went away while it put the restored tree in place, and what it left cannot be put in order.",
    {
      hint: kept_at
        ? `The tree that was there before is in its place or at ${kept_at}: look before you start anything else.`
        : "Look at the project's directory before you start anything else.",
    },
  );
}
