/**
 * The document of a project: its policy and what is annotated of its backups,
 * as text that is kept outside this file, and merged back from there. Of each
 * fact the newest change wins, wherever it was made.
 */

import type { AnnotationRow } from "./annotations.js";
import type { Database } from "./database.js";
import { documentText, readDocument } from "./document-text.js";

/** A project's facts in the repository that it is backed up to. */
export interface Place {
  repository_id: string;
  project_id: string;
}

export interface KnownDocument extends Place {
  document_id: string;
  time: number;
}

export interface FoundDocument extends KnownDocument {
  text: string;
}

export interface DueDocument {
  project_id: string;
  /** What its text holds is at least as new; null: nothing changed here. */
  annotated_at: number | null;
}

export interface DueQuery {
  repository_id: string;
  /** Where documents are kept: the repository's id, or the name of a hub. */
  kept_in: string;
  before: number;
  now: number;
  limit: number;
  /** Projects that are left out. */
  except: readonly string[];
}

// A pin and a forgetting are two facts, each with a time of its own: in one,
// a retention that knew nothing of the pin undid it.
const mergeSql = `
  INSERT INTO annotations (repository_id, backup_id, project_id, name, note,
    pinned, wanted_by, updated_at, forgotten_at, forgotten_by, forgetting_at)
  VALUES (@repository_id, @backup_id, @project_id, @name, @note, @pinned,
    @wanted_by, @updated_at, @forgotten_at, @forgotten_by, @forgetting_at)
  ON CONFLICT (project_id, repository_id, backup_id) DO UPDATE SET
    name = iif(@updated_at > updated_at, @name, name),
    note = iif(@updated_at > updated_at, @note, note),
    pinned = iif(@updated_at > updated_at, @pinned, pinned),
    wanted_by = coalesce(wanted_by, @wanted_by),
    updated_at = max(updated_at, @updated_at),
    forgotten_at =
      iif(@forgetting_at > forgetting_at, @forgotten_at, forgotten_at),
    forgotten_by =
      iif(@forgetting_at > forgetting_at, @forgotten_by, forgotten_by),
    forgetting_at = max(forgetting_at, @forgetting_at)`;

// Retention takes nothing that is pinned, whichever host heard of it first; a
// person may have meant it, after the pin.
const keepPinnedSql = `
  UPDATE annotations
  SET forgotten_at = NULL, forgetting_at = forgetting_at + 1
  WHERE project_id = @project_id AND repository_id = @repository_id
    AND backup_id = @backup_id AND pinned = 1 AND forgotten_at IS NOT NULL
    AND (forgotten_by = 'retention'
      OR (forgotten_by = 'person' AND updated_at > forgetting_at))`;

const mergePolicySql = `
  INSERT INTO projects (project_id, policy, policy_at, policy_unread)
  VALUES (@project_id, @policy, @policy_at, @policy_unread)
  ON CONFLICT (project_id) DO UPDATE SET policy = @policy,
    policy_at = @policy_at, policy_unread = @policy_unread
  WHERE policy_at IS NULL OR policy_at < @policy_at`;

/** What only retention said is not told: every host decides it anew. */
const told = "(updated_at > 0 OR forgotten_by = 'person')";

// What came from elsewhere is written only where no document is: after a
// change of the place that holds them.
const dueSql = `
  SELECT project_id, annotated_at FROM projects
  WHERE project_id NOT IN (SELECT value FROM json_each(@except))
    AND CASE WHEN annotated_at IS NULL
      THEN seen_at IS NOT NULL AND written_to IS NOT @kept_in
        AND (policy_at IS NOT NULL OR EXISTS (
          SELECT 1 FROM annotations
          WHERE annotations.project_id = projects.project_id
            AND repository_id = @repository_id AND ${told}))
        AND NOT EXISTS (
          SELECT 1 FROM annotation_documents AS document
          WHERE document.project_id = projects.project_id
            AND document.repository_id = @kept_in)
      ELSE (written_at IS NULL OR written_at < annotated_at
          OR written_to IS NOT @kept_in)
        AND (annotated_at <= @before OR annotated_at > @now)
      END
  ORDER BY annotated_at LIMIT @limit`;

export function storingDocuments(database: Database) {
  const remember = database.prepare(
    `INSERT OR REPLACE INTO annotation_documents
       (repository_id, document_id, project_id, time, understood)
     VALUES (@repository_id, @document_id, @project_id, @time, @understood)`,
  );
  const due = database.prepare(dueSql);
  const policy = database.prepare(
    "SELECT policy, policy_at FROM projects WHERE project_id = ?",
  );
  const entries = database.prepare(
    `SELECT * FROM annotations
     WHERE project_id = ? AND repository_id = ? AND ${told}
     ORDER BY backup_id`,
  );
  const written = database.prepare(
    `UPDATE projects SET written_at = @annotated_at, written_to = @kept_in
     WHERE project_id = @project_id`,
  );
  const known = database
    .prepare(
      `SELECT document_id FROM annotation_documents
       WHERE repository_id = @repository_id AND understood = 1
         AND (@project_id IS NULL OR project_id = @project_id)
       ORDER BY time DESC, document_id DESC`,
    )
    .pluck();
  const unread = database.prepare(
    `SELECT document_id, project_id FROM annotation_documents
     WHERE repository_id = ? AND understood = 0`,
  );
  const drop = database.prepare(
    "DELETE FROM annotation_documents WHERE repository_id = ? AND document_id = ?",
  );
  const mergeText = merging(database);

  const merge = database.transaction((place: Place, text: string) =>
    mergeText(place, text),
  );
  const take = database.transaction((found: readonly FoundDocument[]) => {
    const bad: string[] = [];
    for (const { text, ...document } of found) {
      const understood = mergeText(document, text);
      remember.run({ ...document, understood: Number(understood) });
      if (!understood) bad.push(document.document_id);
    }
    return bad;
  });

  return {
    /** Returns the ids of those that are not understood, or not wholly. */
    take: (found: readonly FoundDocument[]) => take.immediate(found),
    /** One that is kept elsewhere; false: as above. */
    merge: (place: Place, text: string) => merge.immediate(place, text),
    /** Of projects that changed before `before` and were not written since. */
    due: ({ except, ...query }: DueQuery) =>
      due.all({ ...query, except: JSON.stringify(except) }) as DueDocument[],
    text({ project_id, repository_id }: Place): string {
      const row = policy.get(project_id) as PolicyRow | undefined;
      const rows = entries.all(project_id, repository_id) as AnnotationRow[];
      return documentText(row ?? { policy: null, policy_at: null }, rows);
    },
    written: ({ project_id, annotated_at }: DueDocument, kept_in: string) =>
      void written.run({ project_id, annotated_at, kept_in }),
    /** Those that are understood, newest first: they may be replaced. */
    known: (repository_id: string, project_id?: string) =>
      known.all({
        ...{ repository_id, project_id: project_id ?? null },
      }) as string[],
    /** Those that are not: a later version may read them. */
    unread: (repository_id: string) =>
      unread.all(repository_id) as Pick<
        KnownDocument,
        "document_id" | "project_id"
      >[],
    remember: (document: KnownDocument) =>
      void remember.run({ ...document, understood: 1 }),
    gone(repository_id: string, ids: readonly string[]): void {
      for (const id of ids) drop.run(repository_id, id);
    },
  };
}

interface PolicyRow {
  policy: string | null;
  policy_at: number | null;
}

/** Entry by entry: one that is not understood hides no other. */
function merging(database: Database) {
  const merge = database.prepare(mergeSql);
  const keepPinned = database.prepare(keepPinnedSql);
  const mergePolicy = database.prepare(mergePolicySql);
  return ({ project_id, repository_id }: Place, text: string): boolean => {
    const document = readDocument(text);
    if (!document) return false;
    const { policy, entries, whole } = document;
    if (policy) mergePolicy.run({ ...policy, project_id });
    for (const { pinned, ...entry } of entries) {
      const key = { project_id, repository_id, backup_id: entry.backup_id };
      merge.run({ ...entry, ...key, pinned: Number(pinned) });
      keepPinned.run(key);
    }
    return whole;
  };
}
