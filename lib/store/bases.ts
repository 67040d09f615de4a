/**
 * Bases: the read-only snapshot of a project's last backup, kept on this host
 * to tell what changed since.
 */

import type { Database } from "./database.js";

export interface BaseRow {
  project_id: string;
  /** The job that took it; its directory is named so. */
  job_id: string;
  /** Holds `project` and, where the store is a subvolume, `persist`. */
  path: string;
  repository_id: string;
  /** What it is equal to. */
  backup_id: string;
  /** The source instant: what was written later may not be in it. */
  taken_at: number;
  /** When rustic last walked the project, whatever bases said since. */
  walked_at: number;
  /** JSON: how to tell whether the persist store has changed. */
  persist: string;
  /** What stays out of the backup, as a digest. */
  excludes: string;
}

/** With what was counted for people since it was taken. */
export interface CountedBase extends BaseRow {
  changes: number | null;
  changes_more: 0 | 1;
  counted_at: number | null;
}

const upsertSql = `
  INSERT INTO bases (project_id, job_id, path, repository_id, backup_id,
    taken_at, walked_at, persist, excludes)
  VALUES (@project_id, @job_id, @path, @repository_id, @backup_id,
    @taken_at, @walked_at, @persist, @excludes)
  ON CONFLICT (project_id) DO UPDATE SET
    job_id = @job_id, path = @path, repository_id = @repository_id,
    backup_id = @backup_id, taken_at = @taken_at, walked_at = @walked_at,
    persist = @persist, excludes = @excludes, changes = NULL,
    changes_more = 0, counted_at = NULL`;

export function upsertBase(database: Database, base: BaseRow): void {
  database.prepare(upsertSql).run({ ...base });
}

// The newest visible backup decides: rows that a job wrote since, or a
// forgotten backup, make the base one of the past.
const usableSql = `
  SELECT bases.* FROM bases
  WHERE bases.repository_id = @repository_id
    AND (@project_id IS NULL OR project_id = @project_id)
    AND walked_at > @walked_after
    AND backup_id = (
      SELECT newest.backup_id FROM backups AS newest
        LEFT JOIN annotations USING (project_id, repository_id, backup_id)
      WHERE newest.repository_id = bases.repository_id
        AND newest.project_id = bases.project_id AND forgotten_at IS NULL
        AND newest.unproven = 0
        AND NOT EXISTS (
          SELECT 1 FROM jobs WHERE jobs.job_id = newest.job_id
            AND state = 'failed' AND error_code = 'REPOSITORY_DAMAGED')
      ORDER BY newest.time DESC, newest.backup_id DESC LIMIT 1)`;

export function storingBases(database: Database) {
  const usable = database.prepare(usableSql);
  const get = database.prepare("SELECT * FROM bases WHERE project_id = ?");
  const all = database.prepare("SELECT * FROM bases ORDER BY taken_at");
  const drop = database.prepare(
    "DELETE FROM bases WHERE project_id = ? AND job_id = ?",
  );
  const count = database.prepare(
    `UPDATE bases SET changes = @changes, changes_more = @more,
       counted_at = @now
     WHERE project_id = @project_id AND job_id = @job_id`,
  );

  return {
    get: (project_id: string) => get.get(project_id) as CountedBase | undefined,
    /**
     * Those that may answer for their project: of its newest visible, proven
     * backup in this repository, and walked lately.
     */
    usable: (query: BaseQuery) =>
      usable.all({ project_id: null, ...query }) as BaseRow[],
    /** Oldest first. */
    all: () => all.all() as BaseRow[],
    /** false: another one has taken its place. */
    drop: ({ project_id, job_id }: Pick<BaseRow, "project_id" | "job_id">) =>
      drop.run(project_id, job_id).changes === 1,
    /** How much has changed since, for people. */
    counted: (
      { project_id, job_id }: Pick<BaseRow, "project_id" | "job_id">,
      { changes, more }: { changes: number; more: boolean },
      now: number,
    ) =>
      void count.run({
        ...{ project_id, job_id, changes, now },
        more: more ? 1 : 0,
      }),
  };
}

export interface BaseQuery {
  repository_id: string;
  project_id?: string;
  walked_after: number;
}
