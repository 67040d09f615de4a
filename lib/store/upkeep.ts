/** Work that fails and has for a while; one failure is nobody's business. */

import type { RepositoryJobKind } from "../../conat-api/index.js";
import type { Database } from "./database.js";

// What a check found is told as damage: it did its work. A prune did not.
const failingSql = `
  SELECT min(finished_at) FROM jobs
  WHERE project_id IS NULL AND repository_id = @repository_id AND kind = @kind
    AND state = 'failed'
    AND NOT (kind = 'check' AND error_code IS 'REPOSITORY_DAMAGED')
    AND seq > coalesce((
      SELECT seq FROM jobs
      WHERE project_id IS NULL AND repository_id = @repository_id
        AND kind = @kind
        AND (state = 'succeeded'
          OR kind = 'check' AND error_code = 'REPOSITORY_DAMAGED')
      ORDER BY seq DESC LIMIT 1), 0)`;

export function watchingUpkeep(database: Database) {
  const failing = database.prepare(failingSql).pluck();
  const unwritten = database
    .prepare(
      `SELECT annotated_at FROM projects WHERE project_id = ?
         AND annotated_at IS NOT NULL
         AND (written_at IS NULL OR written_at < annotated_at)`,
    )
    .pluck();
  return {
    /** The first failure since it last did its work; null: none. */
    failingSince: (repository_id: string, kind: RepositoryJobKind) =>
      failing.get({ repository_id, kind }) as number | null,
    /** The newest name, pin or policy, where no document holds it yet. */
    unwrittenSince: (project_id: string) =>
      (unwritten.get(project_id) ?? null) as number | null,
  };
}
