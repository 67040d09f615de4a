/** A restore: find the backup, then write it to where it was asked for. */

import {
  type Backup,
  BackupError,
  type BackupFacts,
} from "../../../conat-api/index.js";
import type { Repository } from "../../repository/index.js";
import type { Task, TaskRun, Tools } from "../task.js";
import { restoreToDirectory } from "./directory.js";
import { restoreInPlace } from "./in-place.js";

export const runRestore: Task = async (run, tools) => {
  const { project_id, backup_id, target } = run.job;
  if (backup_id === null || target === null) {
    throw new BackupError("INTERNAL", "The restore names no backup or target.");
  }
  const repository = await tools.repositories.resolve(project_id, run.signal);
  const { repository_id } = repository;
  const backup = await findBackup(tools, repository, run);
  run.note({
    repository_id,
    phase: "writing",
    ...(backup.size_bytes === null ? {} : { bytes_total: backup.size_bytes }),
  });
  const source = { repository, backup };
  const restored =
    target.type === "directory"
      ? restoreToDirectory(run, tools, source, target.path)
      : restoreInPlace(run, tools, source);
  return restored.catch((error: BackupError) => {
    const isUnproven = error.code === "REPOSITORY_DAMAGED" && backup.unproven;
    throw isUnproven ? unproven(error) : error;
  });
};

/** The prune has marked packs that it needs, and the next one finds that. */
function unproven(cause: BackupError): BackupError {
  return new BackupError(
    "CONFLICT",
    "A prune ran while this backup was made: it can be read once another has come.",
    {
      hint: "Start the restore again after the next prune, which comes within the hour.",
      cause,
      details: cause.details,
    },
  );
}

/**
 * On a host that never saw the project the repository is asked. A backup of
 * another project does not exist for this one: the answer is the same.
 *
 * @throws BackupError NOT_FOUND
 */
async function findBackup(
  { store }: Tools,
  repository: Repository,
  { job: { project_id, backup_id }, signal }: TaskRun,
): Promise<FoundToRestore> {
  const id = String(backup_id);
  const backup =
    store.backups.find(repository.repository_id, id) ??
    (await readOne(repository, id, signal));
  if (backup?.project_id === project_id) return backup;
  throw noSuchBackup();
}

/** What another host has made, nobody here knows to be unproven. */
type FoundToRestore = BackupFacts & Partial<Pick<Backup, "unproven">>;

async function readOne(
  repository: Repository,
  backup_id: string,
  signal: AbortSignal,
): Promise<BackupFacts | undefined> {
  let damaged = false;
  const onMalformed = () => {
    damaged = true;
  };
  try {
    const found = await repository.read([backup_id], { signal, onMalformed });
    if (damaged) throw unreadable();
    return found.backups[0];
  } catch (error) {
    if ((error as BackupError).code === "NOT_FOUND") return undefined;
    throw error;
  }
}

function unreadable(): BackupError {
  return new BackupError(
    "REPOSITORY_DAMAGED",
    "The backup cannot be read: what names it in the repository is damaged.",
    { hint: "Restore another backup." },
  );
}

/** Of an unknown backup as of another project's. */
export function noSuchBackup(): BackupError {
  return new BackupError("NOT_FOUND", "The project has no such backup.");
}
