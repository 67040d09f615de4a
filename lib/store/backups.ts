/** The list of backups: what the repository showed when it was last read. */

import type { Backup, BackupFacts } from "../../conat-api/index.js";
import type { Database } from "./database.js";
import type { JobRow } from "./job-row.js";

/** A backup, and which job made it where its tag says so. */
export interface TaggedBackup extends BackupFacts {
  job_id?: string | null;
}

/** One that a job of this host has just made. */
interface SettledBackup extends TaggedBackup {
  beside_prune: 0 | 1;
}

interface BackupRow extends Omit<Backup, "warnings" | "pinned" | "unproven"> {
  job_id: string | null;
  warnings: string;
  pinned: 0 | 1;
  unproven: 0 | 1;
}

// A backup read back from the repository must not wipe what only the job
// knew (who asked, which warnings), and may be faster than the job itself.
const upsertSql = `
  INSERT INTO backups (repository_id, backup_id, project_id, job_id, time,
    size_bytes, added_bytes, files, duration_ms, trigger, requested_by,
    warnings_count, warnings, unproven)
  VALUES (@repository_id, @backup_id, @project_id, @job_id, @time,
    @size_bytes, @added_bytes, @files, @duration_ms, @trigger, @requested_by,
    @warnings_count, @warnings, max(@beside_prune, EXISTS (
      SELECT 1 FROM unproven_unread AS unread
      WHERE unread.repository_id = @repository_id
        AND unread.backup_id = @backup_id)))
  ON CONFLICT (repository_id, backup_id) DO UPDATE SET
    job_id = coalesce(job_id, excluded.job_id),
    trigger = coalesce(trigger, excluded.trigger),
    requested_by = coalesce(requested_by, excluded.requested_by),
    warnings = iif(warnings_count IS NULL, excluded.warnings, warnings),
    warnings_count = coalesce(warnings_count, excluded.warnings_count),
    unproven = max(unproven, excluded.unproven)`;

export function upsertBackup(
  database: Database,
  backup: TaggedBackup | SettledBackup,
): void {
  database.prepare(upsertSql).run({
    ...{ job_id: null, beside_prune: 0 },
    ...backup,
    warnings: JSON.stringify(backup.warnings),
  });
}

/**
 * Somebody asked for a backup and had one already: it is theirs from then on,
 * and what takes scheduled ones leaves it alone.
 */
export function wanting(database: Database) {
  const want = database.prepare(`
    INSERT INTO annotations (repository_id, backup_id, project_id, wanted_by,
      updated_at)
    SELECT repository_id, backup_id, project_id, @requested_by, @now
    FROM backups WHERE repository_id = @repository_id
      AND backup_id = @backup_id AND trigger = 'scheduled'
    ON CONFLICT (project_id, repository_id, backup_id) DO UPDATE SET
      wanted_by = coalesce(wanted_by, excluded.wanted_by),
      updated_at = max(updated_at + 1, excluded.updated_at)`);
  const touch = database.prepare(touchSql);
  return ({ origin, ...row }: JobRow, now: number): void => {
    if (origin === "scheduled") return;
    const { repository_id, backup_id, requested_by, project_id } = row;
    const values = { repository_id, backup_id, requested_by, now };
    if (want.run(values).changes > 0) touch.run({ project_id, now });
  };
}

/** What is annotated of a project has to be written to its document. */
export const touchSql = `
  INSERT INTO projects (project_id, annotated_at) VALUES (@project_id, @now)
  ON CONFLICT (project_id) DO UPDATE
    SET annotated_at = max(coalesce(annotated_at, 0) + 1, @now)`;

export interface BackupQuery {
  project_id: string;
  repository_id: string;
  /** Backups older than this one. */
  before?: { time: number; backup_id: string } | undefined;
  /** Those that were forgotten and not yet removed, too. */
  forgotten?: boolean;
  limit: number;
}

const annotated = `
  SELECT backups.*, name, note, coalesce(pinned, 0) AS pinned, forgotten_at,
    iif(wanted_by IS NULL, trigger, 'manual') AS trigger,
    coalesce(wanted_by, requested_by) AS requested_by
  FROM backups LEFT JOIN annotations USING (project_id, repository_id, backup_id)`;

// The repository names backups whose packs it did not keep: those are none.
const listSql = `
  ${annotated}
  WHERE backups.project_id = @project_id AND repository_id = @repository_id
    AND (@time IS NULL OR (time, backup_id) < (@time, @backup_id))
    AND (@forgotten = 1 OR forgotten_at IS NULL)
    AND NOT EXISTS (
      SELECT 1 FROM jobs WHERE jobs.job_id = backups.job_id
        AND state = 'failed' AND error_code = 'REPOSITORY_DAMAGED')
  ORDER BY time DESC, backup_id DESC LIMIT @limit`;

export function storingBackups(database: Database) {
  const list = database.prepare(listSql);
  const find = database.prepare(
    `${annotated} WHERE repository_id = ? AND backup_id = ?`,
  );
  const ofJob = database.prepare(
    `${annotated}
     WHERE repository_id = @repository_id AND job_id = @job_id
       AND backups.project_id = @project_id`,
  );
  const ids = database
    .prepare("SELECT backup_id FROM backups WHERE repository_id = ?")
    .pluck();
  const remove = database.prepare(
    "DELETE FROM backups WHERE repository_id = ? AND backup_id = ?",
  );
  const countSince = database
    .prepare(
      "SELECT count(*) FROM backups WHERE repository_id = ? AND time > ?",
    )
    .pluck();
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
    list: ({
      project_id,
      repository_id,
      before,
      forgotten = false,
      limit,
    }: BackupQuery) =>
      (
        list.all({
          project_id,
          repository_id,
          forgotten: forgotten ? 1 : 0,
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
    /** Made after `time`. */
    countSince: (repository_id: string, time: number) =>
      countSince.get(repository_id, time) as number,
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
  return {
    ...row,
    warnings: JSON.parse(row.warnings),
    pinned: row.pinned === 1,
    unproven: row.unproven === 1,
  };
}
