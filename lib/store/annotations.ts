/**
 * Names, notes, pins and forgotten backups: what people and retention made of
 * backups. They outlive this file in one document a project (see
 * annotations-document.ts).
 */

import type { Database } from "./database.js";
import { touchSql } from "./backups.js";

export interface AnnotationRow {
  repository_id: string;
  backup_id: string;
  project_id: string;
  name: string | null;
  note: string | null;
  pinned: 0 | 1;
  forgotten_at: number | null;
  wanted_by: string | null;
  updated_at: number;
}

/** Absent facts stay as they are. */
export interface AnnotationFacts {
  name?: string | null | undefined;
  note?: string | null | undefined;
  pinned?: boolean | undefined;
  forgotten_at?: number | null | undefined;
}

export interface BackupKey {
  repository_id: string;
  backup_id: string;
  project_id: string;
}

// Grows with each change, also where the clock stands still or goes back.
const updateSql = `
  INSERT INTO annotations (repository_id, backup_id, project_id, name, note,
    pinned, forgotten_at, updated_at)
  VALUES (@repository_id, @backup_id, @project_id, @name, @note,
    coalesce(@pinned, 0), @forgotten_at, @now)
  ON CONFLICT (project_id, repository_id, backup_id) DO UPDATE SET
    name = iif(@has_name, @name, name),
    note = iif(@has_note, @note, note),
    pinned = coalesce(@pinned, pinned),
    forgotten_at = iif(@has_forgotten, @forgotten_at, forgotten_at),
    updated_at = max(updated_at + 1, @now)`;

export function storingAnnotations(database: Database) {
  const update = database.prepare(updateSql);
  const touch = database.prepare(touchSql);
  const pins = database
    .prepare(
      `SELECT count(*) FROM annotations JOIN backups
         USING (project_id, repository_id, backup_id)
       WHERE project_id = @project_id
         AND repository_id = @repository_id AND pinned = 1
         AND forgotten_at IS NULL`,
    )
    .pluck();
  const expired = database.prepare(
    `SELECT annotations.* FROM annotations JOIN backups
       USING (project_id, repository_id, backup_id)
       JOIN projects USING (project_id)
     WHERE repository_id = @repository_id AND forgotten_at <= @before
       AND (pinned = 0 OR deleted_at IS NOT NULL)
       AND (seen_at IS NOT NULL OR deleted_at IS NOT NULL)
     ORDER BY forgotten_at LIMIT @limit`,
  );
  const remove = database.prepare(
    `DELETE FROM annotations WHERE project_id = @project_id
       AND repository_id = @repository_id AND backup_id = @backup_id`,
  );
  const removeBackup = database.prepare(
    `DELETE FROM backups WHERE project_id = @project_id
       AND repository_id = @repository_id AND backup_id = @backup_id`,
  );

  const annotate = database.transaction(
    (
      keys: readonly BackupKey[],
      { name, note, pinned, forgotten_at }: AnnotationFacts,
      now: number,
    ) => {
      for (const key of keys) {
        update.run({
          ...key,
          ...{ name: name ?? null, has_name: flag(name) },
          ...{ note: note ?? null, has_note: flag(note) },
          pinned: pinned === undefined ? null : Number(pinned),
          forgotten_at: forgotten_at ?? null,
          has_forgotten: flag(forgotten_at),
          now,
        });
        touch.run({ project_id: key.project_id, now });
      }
    },
  );
  const removed = database.transaction((keys: readonly BackupKey[]) => {
    for (const { repository_id, backup_id, project_id } of keys) {
      const key = { repository_id, backup_id, project_id };
      remove.run(key);
      removeBackup.run(key);
    }
  });

  return {
    annotate: (
      keys: readonly BackupKey[],
      facts: AnnotationFacts,
      now: number,
    ) => void annotate.immediate(keys, facts, now),
    countPins: (project_id: string, repository_id: string) =>
      pins.get({ project_id, repository_id }) as number,
    /**
     * Forgotten so long ago that they may be removed: of projects that live
     * here and not pinned, or that were deleted.
     */
    expired: (query: {
      repository_id: string;
      before: number;
      limit: number;
    }) => expired.all(query) as AnnotationRow[],
    /** They are not in the repository any more. */
    removed: (keys: readonly BackupKey[]) => void removed.immediate(keys),
  };
}

function flag(value: unknown): 0 | 1 {
  return value === undefined ? 0 : 1;
}
