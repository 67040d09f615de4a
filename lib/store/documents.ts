/**
 * The document of a project: its policy and what is annotated of its backups,
 * as text that is kept outside this file, and merged back from there. Of each
 * entry the newest change wins, wherever it was made.
 */

import { z } from "zod";
import { BackupId, Instant, Policy } from "../../conat-api/index.js";
import type { AnnotationRow } from "./annotations.js";
import type { Database } from "./database.js";

const Entry = z.object({
  backup_id: BackupId,
  name: z.string().nullable().default(null),
  note: z.string().nullable().default(null),
  pinned: z.boolean().default(false),
  forgotten_at: Instant.nullable().default(null),
  wanted_by: z.string().nullable().default(null),
  updated_at: Instant,
});

/** A later version may add fields: those are dropped, the rest counts. */
const Document = z.object({
  version: z.literal(1),
  /** undefined: of a version that we do not know. */
  policy: Policy.nullish().catch(undefined),
  policy_at: Instant.nullable().default(null),
  backups: z.array(Entry),
});

export interface FoundDocument {
  repository_id: string;
  document_id: string;
  project_id: string;
  time: number;
  text: string;
}

export interface DueDocument {
  project_id: string;
  /** What it holds is as new as this. */
  annotated_at: number;
  text: string;
}

const mergeSql = `
  INSERT INTO annotations (repository_id, backup_id, project_id, name, note,
    pinned, forgotten_at, wanted_by, updated_at)
  VALUES (@repository_id, @backup_id, @project_id, @name, @note, @pinned,
    @forgotten_at, @wanted_by, @updated_at)
  ON CONFLICT (project_id, repository_id, backup_id) DO UPDATE SET
    name = @name, note = @note, pinned = @pinned,
    forgotten_at = @forgotten_at, wanted_by = @wanted_by,
    updated_at = @updated_at
  WHERE updated_at < @updated_at`;

const mergePolicySql = `
  INSERT INTO projects (project_id, policy, policy_at)
  VALUES (@project_id, @policy, @policy_at)
  ON CONFLICT (project_id) DO UPDATE SET policy = @policy,
    policy_at = @policy_at
  WHERE policy_at IS NULL OR policy_at < @policy_at`;

export function storingDocuments(database: Database) {
  const merge = database.prepare(mergeSql);
  const mergePolicy = database.prepare(mergePolicySql);
  const remember = database.prepare(
    `INSERT OR REPLACE INTO annotation_documents
       (repository_id, document_id, project_id, time)
     VALUES (@repository_id, @document_id, @project_id, @time)`,
  );
  const due = database.prepare(
    `SELECT project_id, annotated_at, policy, policy_at FROM projects
     WHERE annotated_at IS NOT NULL
       AND (written_at IS NULL OR written_at < annotated_at)
       AND (annotated_at <= @before OR annotated_at > @now)
     ORDER BY annotated_at LIMIT @limit`,
  );
  const entries = database.prepare(
    `SELECT * FROM annotations
     WHERE project_id = ? AND repository_id = ? ORDER BY backup_id`,
  );
  const written = database.prepare(
    "UPDATE projects SET written_at = @annotated_at WHERE project_id = @project_id",
  );
  const known = database.prepare(
    `SELECT document_id FROM annotation_documents
     WHERE repository_id = @repository_id
       AND (@project_id IS NULL OR project_id = @project_id)
     ORDER BY time DESC, document_id DESC`,
  );
  const drop = database.prepare(
    "DELETE FROM annotation_documents WHERE repository_id = ? AND document_id = ?",
  );

  const take = database.transaction((found: readonly FoundDocument[]) => {
    const bad: string[] = [];
    for (const { text, ...place } of found) {
      remember.run(place);
      const document = parseDocument(text);
      if (!document) {
        bad.push(place.document_id);
        continue;
      }
      const { policy, policy_at, backups } = document;
      const { project_id, repository_id } = place;
      if (policy_at !== null && policy !== undefined) {
        const stored = policy && JSON.stringify(policy);
        mergePolicy.run({ project_id, policy: stored, policy_at });
      }
      for (const entry of backups) {
        const pinned = Number(entry.pinned);
        merge.run({ ...entry, pinned, project_id, repository_id });
      }
    }
    return bad;
  });

  const textOf = (
    row: Omit<DueRow, "annotated_at">,
    repository_id: string,
  ): string => {
    const rows = entries.all(row.project_id, repository_id);
    return documentText(row, rows as AnnotationRow[]);
  };

  return {
    /** Returns the ids of those that are not understood. */
    take: (found: readonly FoundDocument[]) => take.immediate(found),
    /** Of projects that changed before `before` and were not written since. */
    due: (query: DueQuery): DueDocument[] =>
      (due.all({ ...query }) as DueRow[]).map((row) => ({
        project_id: row.project_id,
        annotated_at: row.annotated_at,
        text: textOf(row, query.repository_id),
      })),
    written: ({ project_id, annotated_at }: DueDocument) =>
      void written.run({ project_id, annotated_at }),
    /** Newest first. */
    known: (repository_id: string, project_id?: string) =>
      (
        known.all({ repository_id, project_id: project_id ?? null }) as {
          document_id: string;
        }[]
      ).map(({ document_id }) => document_id),
    remember: (place: Omit<FoundDocument, "text">) =>
      void remember.run({ ...place }),
    gone(repository_id: string, ids: readonly string[]): void {
      for (const id of ids) drop.run(repository_id, id);
    },
  };
}

export interface DueQuery {
  repository_id: string;
  before: number;
  now: number;
  limit: number;
}

interface DueRow {
  project_id: string;
  annotated_at: number;
  policy: string | null;
  policy_at: number | null;
}

/** undefined: not one of ours, or of a version that we do not know. */
function parseDocument(text: string): z.infer<typeof Document> | undefined {
  try {
    return Document.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function documentText(
  { policy, policy_at }: Omit<DueRow, "annotated_at">,
  rows: readonly AnnotationRow[],
): string {
  const backups = rows.map(
    ({ repository_id: _1, project_id: _2, pinned, ...entry }) => ({
      ...entry,
      pinned: pinned === 1,
    }),
  );
  return JSON.stringify({
    version: 1,
    policy: policy === null ? null : JSON.parse(policy),
    policy_at,
    backups,
  });
}
