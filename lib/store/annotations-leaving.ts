/**
 * Forgotten backups that a job removes from the repository: nobody can take
 * one back any more, as it may be gone already. The mark outlives the job.
 */

import type { BackupKey } from "./annotations.js";
import type { Database } from "./database.js";

export function leaving(database: Database) {
  const leave = database.prepare(
    `UPDATE annotations SET leaving = 1 WHERE project_id = @project_id
       AND repository_id = @repository_id AND backup_id = @backup_id`,
  );
  const stay = database.prepare(
    "UPDATE annotations SET leaving = 0 WHERE repository_id = ? AND leaving = 1",
  );
  const isLeaving = database
    .prepare(
      `SELECT leaving FROM annotations WHERE project_id = @project_id
         AND repository_id = @repository_id AND backup_id = @backup_id`,
    )
    .pluck();
  return {
    leave(keys: readonly BackupKey[]): void {
      for (const key of keys) leave.run(keyOf(key));
    },
    /** All that did not go. */
    stay: (repository_id: string) => void stay.run(repository_id),
    isLeaving: (key: BackupKey) => isLeaving.get(keyOf(key)) === 1,
  };
}

const keyOf = ({ project_id, repository_id, backup_id }: BackupKey) => ({
  ...{ project_id, repository_id, backup_id },
});
