/**
 * Backups that a prune ran beside: whether they are whole shows only the next
 * one. Those of other hosts are remembered before a reading brings their rows.
 */

import type { Database } from "./database.js";

export interface UnprovenBackup {
  backup_id: string;
  /** null: of a backup that was not read yet, or that no job's tag names. */
  job_id: string | null;
  /** A job of this host has made it. */
  is_ours: 0 | 1;
}

export function storingUnproven(database: Database) {
  const mark = database.prepare(
    `UPDATE backups SET unproven = @unproven
     WHERE repository_id = @repository_id
       AND backup_id IN (SELECT value FROM json_each(@ids))`,
  );
  const remember = database.prepare(
    `INSERT OR IGNORE INTO unproven_unread (repository_id, backup_id)
     SELECT @repository_id, value FROM json_each(@ids)
     WHERE value NOT IN (
       SELECT backup_id FROM backups WHERE repository_id = @repository_id)`,
  );
  const drop = database.prepare(
    `DELETE FROM unproven_unread WHERE repository_id = @repository_id
       AND backup_id IN (SELECT value FROM json_each(@ids))`,
  );
  const list = database.prepare(
    `SELECT backup_id, job_id, EXISTS (
         SELECT 1 FROM jobs WHERE jobs.job_id = backups.job_id) AS is_ours
     FROM backups WHERE repository_id = @repository_id AND unproven = 1
     UNION ALL
     SELECT backup_id, NULL, 0 FROM unproven_unread AS unread
     WHERE repository_id = @repository_id AND NOT EXISTS (
       SELECT 1 FROM backups WHERE backups.backup_id = unread.backup_id
         AND backups.repository_id = unread.repository_id)`,
  );

  const markAll = database.transaction(
    (repository_id: string, ids: readonly string[], is: boolean) => {
      const values = { repository_id, ids: JSON.stringify(ids) };
      mark.run({ ...values, unproven: Number(is) });
      if (is) remember.run(values);
      else drop.run(values);
    },
  );

  return {
    /** A prune ran beside them, or has come since. */
    markUnproven: (
      repository_id: string,
      ids: readonly string[],
      is: boolean,
    ) => void markAll.immediate(repository_id, ids, is),
    unproven: (repository_id: string) =>
      list.all({ repository_id }) as UnprovenBackup[],
  };
}
