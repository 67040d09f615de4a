/** A restore: find the backup, then write it to where it was asked for. */

import { type Backup, BackupError } from "../../../conat-api/index.js";
import type { Repository } from "../../repository/index.js";
import type { Task, Tools } from "../task.js";
import { restoreToDirectory } from "./directory.js";
import { restoreInPlace } from "./in-place.js";

export const runRestore: Task = async (run, tools) => {
  const { project_id, backup_id, target } = run.job;
  if (backup_id === null || target === null) {
    throw new BackupError("INTERNAL", "The restore names no backup or target.");
  }
  const repository = await tools.repositories.resolve(project_id);
  const { repository_id } = repository;
  const backup = await findBackup(tools, repository, project_id, backup_id);
  run.note({
    repository_id,
    phase: "writing",
    ...(backup.size_bytes === null ? {} : { bytes_total: backup.size_bytes }),
  });
  const source = { repository, backup };
  return target.type === "directory"
    ? restoreToDirectory(run, tools, source, target.path)
    : restoreInPlace(run, tools, source);
};

/**
 * On a host that never saw the project the repository is asked. A backup of
 * another project does not exist for this one.
 *
 * @throws BackupError NOT_FOUND
 */
async function findBackup(
  { store }: Tools,
  repository: Repository,
  project_id: string,
  backup_id: string,
): Promise<Backup> {
  const backup =
    store.backups.find(repository.repository_id, backup_id) ??
    (await repository.read([backup_id]))[0];
  if (backup?.project_id === project_id) return backup;
  throw new BackupError("NOT_FOUND", "The project has no such backup.");
}
