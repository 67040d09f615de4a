/**
 * What the scheduler knows of each project. Triggers on `jobs` keep most of
 * it, so that it is true whichever verb ended a job.
 */

import { Policy } from "../../conat-api/index.js";
import type { Database } from "./database.js";
import { touchSql } from "./backups.js";

export interface ProjectRow {
  project_id: string;
  first_seen_at: number | null;
  covered_at: number | null;
  tried_at: number | null;
  /** The newest backup job, in the order of rows, is cancelled. */
  cancelled: boolean;
  failed_in_a_row: number;
  failed_at: number | null;
  unprotected_since: number | null;
  /** null: the host's default. */
  policy: Policy | null;
  /** It has one of a later version, which this one does not understand. */
  policy_unread: boolean;
  retained_at: number | null;
  /** null: it is not. */
  deleted_at: number | null;
  /** A backup of it waits or runs. */
  busy: boolean;
}

type Stored = Omit<
  ProjectRow,
  "policy" | "policy_unread" | "cancelled" | "busy"
> & {
  policy: string | null;
  policy_unread: 0 | 1;
  cancelled: 0 | 1;
  busy: 0 | 1;
};

const columns = `project_id, first_seen_at, covered_at, tried_at,
  failed_in_a_row, failed_at, unprotected_since, policy, policy_unread,
  retained_at, deleted_at,
  coalesce((SELECT state = 'cancelled' FROM jobs
    WHERE jobs.project_id = projects.project_id AND kind = 'backup'
    ORDER BY seq DESC LIMIT 1), 0) AS cancelled,
  ${isBusy("backup")} AS busy`;

/** Two questions, each of an index of its own: it is asked for thousands. */
function isBusy(kind: string): string {
  const has = (state: string) =>
    `EXISTS (SELECT 1 FROM jobs WHERE jobs.project_id = projects.project_id
      AND state = '${state}' AND kind = '${kind}')`;
  return `(${has("pending")} OR ${has("running")})`;
}

const noticeSql = `
  UPDATE projects SET
    unprotected_since = min(coalesce(unprotected_since, @since), @since)
  WHERE project_id = @project_id
    AND (covered_at IS NULL OR @since > covered_at)`;

/** So long a project may be missing from the host's list. */
const absentMs = 24 * 3600 * 1000;

export function storingProjects(database: Database) {
  const get = database.prepare(
    `SELECT ${columns} FROM projects WHERE project_id = ?`,
  );
  const present = database.prepare(
    `SELECT ${columns} FROM projects WHERE seen_at = ?`,
  );
  const see = database.prepare(`
    INSERT INTO projects (project_id, first_seen_at, seen_at)
    VALUES (@project_id, @now, @now)
    ON CONFLICT (project_id) DO UPDATE SET seen_at = @now,
      first_seen_at = coalesce(first_seen_at, @now)`);
  // It may come back from a host where others pinned and forgot. A list that
  // misses it once is no proof that it has left.
  const left = database.prepare(`
    UPDATE projects SET first_seen_at = NULL, seen_at = NULL
    WHERE seen_at < @now - ${absentMs} OR seen_at > @now`);
  const gone = database
    .prepare(
      `SELECT project_id FROM bases LEFT JOIN projects USING (project_id)
       WHERE seen_at IS NULL AND (deleted_at IS NOT NULL
         OR taken_at < @now - ${absentMs} OR taken_at > @now)`,
    )
    .pluck();
  const notice = database.prepare(noticeSql);
  const setPolicy = database.prepare(`
    INSERT INTO projects (project_id, policy, policy_at)
    VALUES (@project_id, @policy, @now)
    ON CONFLICT (project_id) DO UPDATE
      SET policy = @policy, policy_unread = 0,
        policy_at = max(coalesce(policy_at, 0) + 1, @now)`);
  const touch = database.prepare(touchSql);
  const retained = database.prepare(
    "UPDATE projects SET retained_at = @now WHERE project_id = @project_id",
  );

  const deleted = database.prepare(`
    INSERT INTO projects (project_id, deleted_at)
    VALUES (@project_id, @deleted_at)
    ON CONFLICT (project_id) DO UPDATE SET deleted_at = @deleted_at,
      seen_at = NULL, first_seen_at = NULL
      WHERE deleted_at IS NULL`);
  const restored = database
    .prepare(
      `UPDATE projects SET deleted_at = NULL
       WHERE deleted_at IS NOT NULL
         AND project_id NOT IN (SELECT value FROM json_each(?))
       RETURNING project_id`,
    )
    .pluck();
  // What its deletion took, and nothing else.
  const takeBack = database
    .prepare(
      `UPDATE annotations
       SET forgotten_at = NULL, forgetting_at = max(forgetting_at + 1, @now)
       WHERE project_id = @project_id AND forgotten_by = 'deletion'
         AND forgotten_at IS NOT NULL
       RETURNING updated_at > 0`,
    )
    .pluck();

  const seeAll = database.transaction(
    (ids: readonly string[], now: number): ProjectRow[] => {
      for (const project_id of ids) see.run({ project_id, now });
      left.run({ now });
      return (present.all(now) as Stored[]).map(toProjectRow);
    },
  );
  const noticeAll = database.transaction((found: readonly Noticed[]) => {
    for (const one of found) notice.run({ ...one });
  });
  const put = database.transaction(
    (project_id: string, policy: Policy | null, now: number) => {
      const text = policy === null ? null : JSON.stringify(policy);
      setPolicy.run({ project_id, policy: text, now });
      touch.run({ project_id, now });
    },
  );

  const setDeleted = database.transaction(
    (found: readonly Deleted[], now: number) => {
      for (const one of found) deleted.run({ ...one });
      const ids = JSON.stringify(found.map(({ project_id }) => project_id));
      for (const project_id of restored.all(ids)) {
        const areTold = takeBack.all({ project_id, now });
        // Others have read in its document that they were forgotten.
        if (areTold.includes(1)) touch.run({ project_id, now });
      }
    },
  );

  return {
    /** Projects with a base here that have left the host, or are deleted. */
    gone: (now: number) => gone.all({ now }) as string[],
    /** All that are: what is not among them any more is no longer deleted. */
    setDeleted: (found: readonly Deleted[], now: number) =>
      void setDeleted.immediate(found, now),
    get(project_id: string): ProjectRow | undefined {
      const row = get.get(project_id) as Stored | undefined;
      return row && toProjectRow(row);
    },
    /** The projects that live on this host now, and what is known of them. */
    see: (ids: readonly string[], now: number) => seeAll.immediate(ids, now),
    /** Changes that are in no backup; the oldest of a project stays. */
    notice: (found: readonly Noticed[]) => void noticeAll.immediate(found),
    setPolicy: (project_id: string, policy: Policy | null, now: number) =>
      void put.immediate(project_id, policy, now),
    retained: (project_id: string, now: number) =>
      void retained.run({ project_id, now }),
  };
}

export interface Deleted {
  project_id: string;
  deleted_at: number;
}

export interface Noticed {
  project_id: string;
  since: number;
}

function toProjectRow(row: Stored): ProjectRow {
  const policy = policyOf(row);
  return {
    ...row,
    policy: policy ?? null,
    policy_unread: policy === undefined,
    cancelled: row.cancelled === 1,
    busy: row.busy === 1,
  };
}

/** undefined: not understood. What an older version could not read, we may. */
function policyOf({
  policy,
  policy_unread,
}: Stored): Policy | null | undefined {
  if (policy === null) return null;
  const found: unknown = JSON.parse(policy);
  if (policy_unread === 0) return found as Policy;
  return Policy.safeParse(found).data;
}
