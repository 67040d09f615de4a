/** Reading job rows. */

import type {
  JobKind,
  JobState,
  RepositoryJobKind,
} from "../../conat-api/index.js";
import type { Database } from "./database.js";
import type { AnyJobRow, JobRow, RepositoryJobRow } from "./job-row.js";

export interface JobQuery {
  /** Without it: all projects of the host. */
  project_id?: string | undefined;
  state?: JobState | undefined;
  /** Rows older than this one. */
  before?: number | undefined;
  limit: number;
}

export interface RepositoryJobQuery {
  repository_id: string;
  kind?: RepositoryJobKind;
  limit: number;
}

export function readingJobs(database: Database) {
  const get = database.prepare("SELECT * FROM jobs WHERE job_id = ?");
  // One statement for both would read the whole table for a project.
  const listing = (whose: string) =>
    database.prepare(`
    SELECT * FROM jobs
    WHERE ${whose}
      AND (@state IS NULL OR state = @state)
      AND (@before IS NULL OR seq < @before)
    ORDER BY seq DESC LIMIT @limit`);
  const listAll = listing("project_id IS NOT NULL");
  const listOne = listing("project_id = @project_id");
  const newestOfKind = database.prepare(`
    SELECT * FROM jobs
    WHERE project_id = @project_id AND kind = @kind
      AND state IN (SELECT value FROM json_each(@states))
    ORDER BY seq DESC LIMIT 1`);
  const ofRepository = database.prepare(`
    SELECT * FROM jobs
    WHERE project_id IS NULL AND repository_id = @repository_id
      AND (@kind IS NULL OR kind = @kind)
    ORDER BY seq DESC LIMIT @limit`);
  const current = database.prepare(`
    SELECT * FROM jobs
    WHERE project_id = ? AND state IN ('running', 'pending')
    ORDER BY state = 'running' DESC, run_at, seq LIMIT 1`);
  const counts = database.prepare(
    `SELECT
       (SELECT count(*) FROM jobs
        WHERE state = 'pending' AND project_id IS NOT NULL) AS pending,
       (SELECT count(*) FROM jobs
        WHERE state = 'running' AND project_id IS NOT NULL) AS running`,
  );
  const scheduled = database
    .prepare(
      `SELECT count(*) FROM jobs
       WHERE state = 'pending' AND trigger = 'scheduled' AND kind = 'backup'`,
    )
    .pluck();
  const changedSince = database.prepare(
    `SELECT job_changes.revision, jobs.* FROM job_changes JOIN jobs USING (seq)
     WHERE job_changes.revision > ? ORDER BY job_changes.revision LIMIT ?`,
  );
  const revision = database
    .prepare("SELECT coalesce(max(revision), 0) FROM job_changes")
    .pluck();
  const kept = database.prepare(
    "SELECT * FROM jobs WHERE kept_at IS NOT NULL ORDER BY seq",
  );
  const forgetKept = database.prepare(
    "UPDATE jobs SET kept_at = NULL WHERE job_id = ?",
  );

  return {
    get: (job_id: string) => get.get(job_id) as AnyJobRow | undefined,
    /** Newest first. */
    list({ project_id, state, before, limit }: JobQuery): JobRow[] {
      const bound = { state: state ?? null, before: before ?? null, limit };
      const found =
        project_id === undefined
          ? listAll.all(bound)
          : listOne.all({ ...bound, project_id });
      return found as JobRow[];
    },
    newestOfKind: (project_id: string, kind: JobKind, states: JobState[]) =>
      newestOfKind.get({ project_id, kind, states: JSON.stringify(states) }) as
        JobRow | undefined,
    /** Jobs on a repository, newest first. */
    ofRepository: (query: RepositoryJobQuery) =>
      ofRepository.all({ kind: null, ...query }) as RepositoryJobRow[],
    /** The running job of a project, else the one that is due next. */
    current: (project_id: string) =>
      current.get(project_id) as JobRow | undefined,
    counts: () => counts.get() as { pending: number; running: number },
    /** Scheduled backups that wait. */
    countScheduled: () => scheduled.get() as number,
    /** Grows whenever state or progress of any row changes. */
    revision: () => revision.get() as number,
    /** Rows that changed after `since`, each with its newest change. */
    changedSince: (since: number, limit: number) =>
      changedSince.all(since, limit) as (JobRow & { revision: number })[],
    /** Restores whose old tree is still kept aside. */
    kept: () => kept.all() as JobRow[],
    forgetKept: (job_id: string) => void forgetKept.run(job_id),
  };
}
