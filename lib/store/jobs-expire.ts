/** Old rows of jobs: history ends somewhere. */

import type { Database } from "./database.js";

// Never what something still hangs on: a stage, a kept tree, a doubt, a swap
// that is undecided, a retry that waits, a damaged backup that the list leaves
// out; nor the newest of its kind and end of a project.
const expireSql = `
  DELETE FROM jobs WHERE seq IN (
    SELECT seq FROM jobs AS old
    WHERE finished_at < @before AND seq < @newest - @atLeast
      AND stage IS NULL AND kept_at IS NULL AND in_doubt = 0
      AND (journal IS NULL OR state = 'succeeded')
      AND NOT (error_code IS 'REPOSITORY_DAMAGED' AND EXISTS (
        SELECT 1 FROM backups WHERE backups.job_id = old.job_id))
      AND NOT EXISTS (
        SELECT 1 FROM jobs AS retry
        WHERE retry.retry_of = old.job_id AND retry.state IN ('pending', 'running'))
      AND EXISTS (
        SELECT 1 FROM jobs AS newer
        WHERE newer.project_id IS old.project_id AND newer.kind = old.kind
          AND newer.state = old.state AND newer.seq > old.seq)
    LIMIT @limit)`;

export function expiring(database: Database) {
  const expire = database.prepare(expireSql);
  const newest = database.prepare("SELECT max(seq) FROM jobs").pluck();
  return {
    /** Returns how many went; fewer than `limit`: there are no more. */
    expire: (bound: { before: number; atLeast: number; limit: number }) =>
      expire.run({ ...bound, newest: newest.get() ?? 0 }).changes,
  };
}
