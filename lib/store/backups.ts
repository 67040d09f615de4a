/** The list of backups: what the repository showed when it was last read. */

import type { Backup } from "../../conat-api/index.js";
import type { Database } from "./database.js";

/** A backup, and which job made it where its tag says so. */
export interface TaggedBackup extends Backup {
  job_id?: string | null;
}

interface BackupRow extends Omit<TaggedBackup, "warnings"> {
  warnings: string;
}

// A backup read back from the repository must not wipe what only the job
// knew (who asked, which warnings), and may be faster than the job itself.
const upsertSql = `
  INSERT INTO backups (repository_id, backup_id, project_id, job_id, time,
    size_bytes, added_bytes, files, duration_ms, trigger, requested_by,
    warnings_count, warnings)
  VALUES (@repository_id, @backup_id, @project_id, @job_id, @time,
    @size_bytes, @added_bytes, @files, @duration_ms, @trigger, @requested_by,
    @warnings_count, @warnings)
  ON CONFLICT (repository_id, backup_id) DO UPDATE SET
    job_id = coalesce(job_id, excluded.job_id),
    trigger = coalesce(trigger, excluded.trigger),
    requested_by = coalesce(requested_by, excluded.requested_by),
    warnings = iif(warnings_count IS NULL, excluded.warnings, warnings),
    warnings_count = coalesce(warnings_count, excluded.warnings_count)`;

export function upsertBackup(database: Database, backup: TaggedBackup): void {
  database.prepare(upsertSql).run({
    job_id: null,
    ...backup,
    warnings: JSON.stringify(backup.warnings),
  });
}

export interface BackupQuery {
  project_id: string;
  repository_id: string;
  /** Backups older than this one. */
  before?: { time: number; backup_id: string } | undefined;
  limit: number;
}

// The repository names backups whose packs it did not keep: those are none.
const listSql = `
  SELECT * FROM backups
  WHERE project_id = @project_id AND repository_id = @repository_id
    AND (@time IS NULL OR (time, backup_id) < (@time, @backup_id))
    AND NOT EXISTS (
      SELECT 1 FROM jobs WHERE jobs.job_id = backups.job_id
        AND state = 'failed' AND error_code = 'REPOSITORY_DAMAGED')
  ORDER BY time DESC, backup_id DESC LIMIT @limit`;

export function storingBackups(database: Database) {
  const list = database.prepare(listSql);
  const find = database.prepare(
    "SELECT * FROM backups WHERE repository_id = ? AND backup_id = ?",
  );
  const ofJob = database.prepare(
    `SELECT * FROM backups
     WHERE repository_id = @repository_id AND job_id = @job_id
       AND project_id = @project_id`,
  );
  const ids = database
    .prepare("SELECT backup_id FROM backups WHERE repository_id = ?")
    .pluck();
  const remove = database.prepare(
    "DELETE FROM backups WHERE repository_id = ? AND backup_id = ?",
  );
  const read = database.prepare(
    "UPDATE repositories SET read_at = ? WHERE repository_id = ?",
  );

  const replace = database.transaction((reading: Reading) => {
    const { repository_id, added, gone, now } = reading;
    for (const backup of added) upsertBackup(database, backup);
    for (const backup_id of gone) remove.run(repository_id, backup_id);
    read.run(now, repository_id);
  });

  return {
    /** Newest first. */
    list: ({ project_id, repository_id, before, limit }: BackupQuery) =>
      (
        list.all({
          project_id,
          repository_id,
          time: before?.time ?? null,
          backup_id: before?.backup_id ?? null,
          limit,
        }) as BackupRow[]
      ).map(toBackup),
    find(repository_id: string, backup_id: string): Backup | undefined {
      const row = find.get(repository_id, backup_id) as BackupRow | undefined;
      return row && toBackup(row);
    },
    /**
     * The backup that carries the job's tag. The project counts too: anyone
     * who may write to the repository can make up a tag.
     */
    ofJob(job: JobOfBackup): Backup | undefined {
      const row = ofJob.get({ ...job }) as BackupRow | undefined;
      return row && toBackup(row);
    },
    /** Every backup id that is known of a repository. */
    ids: (repository_id: string) => ids.all(repository_id) as string[],
    /** Takes over what a fresh read of the repository showed. */
    takeReading: (reading: Reading) => replace.immediate(reading),
  };
}

export interface JobOfBackup {
  repository_id: string | null;
  job_id: string;
  project_id: string;
}

export interface Reading {
  repository_id: string;
  added: readonly TaggedBackup[];
  gone: readonly string[];
  now: number;
}

function toBackup({ job_id: _job_id, ...row }: BackupRow): Backup {
  return { ...row, warnings: JSON.parse(row.warnings) };
}
