/**
 * Names, notes, pins and forgotten backups: what people and retention made of
 * backups. They outlive this file in one document a project (see
 * document-text.ts).
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
  wanted_by: string | null;
  updated_at: number;
  forgotten_at: number | null;
  forgotten_by: Forgetter | null;
  forgetting_at: number;
}

/** `deletion`: of the project. */
export type Forgetter = "person" | "retention" | "deletion";

/** Absent facts stay as they are. */
export interface AnnotationFacts {
  name?: string | null | undefined;
  note?: string | null | undefined;
  pinned?: boolean | undefined;
  /** Who wants it from now on, as if they had asked for it. */
  wanted_by?: string | undefined;
  forgotten_at?: number | null | undefined;
  /** Who forgets it or takes it back; default: a person. */
  forgotten_by?: Forgetter;
}

export interface BackupKey {
  repository_id: string;
  backup_id: string;
  project_id: string;
}

// Both times grow with each change, also where the clock stands still or goes
// back. What retention alone said is in no document: nothing to write then.
const updateSql = `
  INSERT INTO annotations (repository_id, backup_id, project_id, name, note,
    pinned, wanted_by, updated_at, forgotten_at, forgotten_by, forgetting_at)
  VALUES (@repository_id, @backup_id, @project_id, @name, @note,
    coalesce(@pinned, 0), @wanted_by, iif(@has_facts, @now, 0), @forgotten_at,
    iif(@has_forgotten, @forgotten_by, NULL), iif(@has_forgotten, @now, 0))
  ON CONFLICT (project_id, repository_id, backup_id) DO UPDATE SET
    name = iif(@has_name, @name, name),
    note = iif(@has_note, @note, note),
    pinned = coalesce(@pinned, pinned),
    wanted_by = coalesce(wanted_by, @wanted_by),
    updated_at = iif(@has_facts, max(updated_at + 1, @now), updated_at),
    forgotten_at = iif(@has_forgotten, @forgotten_at, forgotten_at),
    forgotten_by = iif(@has_forgotten, @forgotten_by, forgotten_by),
    forgetting_at =
      iif(@has_forgotten, max(forgetting_at + 1, @now), forgetting_at)
  RETURNING updated_at > 0 OR forgotten_by = 'person'`;

export function storingAnnotations(database: Database) {
  const update = database.prepare(updateSql).pluck();
  const touch = database.prepare(touchSql);
  const expired = database.prepare(
    `SELECT annotations.* FROM annotations JOIN backups
       USING (project_id, repository_id, backup_id)
       JOIN projects USING (project_id)
     WHERE repository_id = @repository_id AND forgotten_at <= @before
       AND iif(seen_at IS NULL, deleted_at IS NOT NULL, pinned = 0
         AND seen_at >= coalesce(
           (SELECT ticked_at FROM scheduler), seen_at))
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
    (keys: readonly BackupKey[], facts: AnnotationFacts, now: number) => {
      const values = { ...valuesOf(facts), now };
      for (const { repository_id, backup_id, project_id } of keys) {
        const key = { repository_id, backup_id, project_id };
        const isTold = update.get({ ...key, ...values }) === 1;
        if (isTold) touch.run({ project_id, now });
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
    /**
     * Forgotten so long ago that they may be removed: of projects that the
     * host's newest list has and not pinned, or that were deleted.
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

function valuesOf({
  name,
  note,
  pinned,
  wanted_by,
  forgotten_at,
  forgotten_by = "person",
}: AnnotationFacts) {
  return {
    ...{ name: name ?? null, has_name: flag(name) },
    ...{ note: note ?? null, has_note: flag(note) },
    pinned: pinned === undefined ? null : Number(pinned),
    wanted_by: wanted_by ?? null,
    has_facts: flag(name) | flag(note) | flag(pinned) | flag(wanted_by),
    ...{ forgotten_at: forgotten_at ?? null, forgotten_by },
    has_forgotten: flag(forgotten_at),
  };
}

function flag(value: unknown): 0 | 1 {
  return value === undefined ? 0 : 1;
}
