/** Writing a backup into a fresh directory of our own. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { BackupError, type BackupFacts } from "../../../conat-api/index.js";
import type { Repository, RestoreResult } from "../../repository/index.js";
import { exists } from "../../source/filesystem.js";
import type { Outcome, TaskRun } from "../task.js";

export interface RestoreSource {
  repository: Repository;
  backup: BackupFacts;
}

/** Nobody but root enters it: what is written has no owners or modes yet. */
export async function makeStaging(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
}

/** @throws BackupError REPOSITORY_DAMAGED: not a project's backup. */
export async function writeBackup(
  run: TaskRun,
  { repository, backup }: RestoreSource,
  directory: string,
): Promise<RestoreResult> {
  const result = await repository.restore(
    { backup_id: backup.backup_id, directory, onBytes: run.onBytes },
    { signal: run.signal, onGroup: run.onGroup },
  );
  if (await exists(join(directory, "project"))) return result;
  throw new BackupError(
    "REPOSITORY_DAMAGED",
    "The backup holds no project tree.",
    { hint: "Restore another backup." },
  );
}

export function restoreOutcome(
  { repository }: RestoreSource,
  { files, bytes_processed, warnings }: RestoreResult,
): Outcome {
  const { repository_id } = repository;
  return { repository_id, files, bytes_processed, warnings };
}
