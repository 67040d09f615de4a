/** Scheduled backups of projects in which nothing has changed: rows alone. */

import { randomUUID } from "node:crypto";
import { type Database, durably } from "./database.js";

export interface UnchangedProject {
  project_id: string;
  repository_id: string;
  /** The backup that holds all of it. */
  backup_id: string;
  /** Of the base that said so. */
  job_id: string;
}

// The base is still the one that was asked, and nothing runs or waits: a job
// that began meanwhile tells the truth itself.
const insertSql = `
  INSERT INTO jobs (job_id, kind, project_id, trigger, origin, requested_by,
    state, phase, created_at, run_at, started_at, finished_at, heartbeat_at,
    progress_at, fixed_at, attempt, repository_id, backup_id, unchanged,
    source, warnings_count, warnings)
  SELECT @new_id, 'backup', @project_id, 'scheduled', 'scheduled', 'scheduler',
    'succeeded', 'comparing', @now, @now, @now, @now, @now,
    @now, @fixed_at, 1, repository_id, backup_id, 1, 'btrfs',
    coalesce(warnings_count, 0), warnings
  FROM backups
  WHERE repository_id = @repository_id AND backup_id = @backup_id
    AND EXISTS (
      SELECT 1 FROM bases WHERE project_id = @project_id AND job_id = @job_id)
    AND NOT EXISTS (
      SELECT 1 FROM jobs WHERE project_id = @project_id AND state = 'pending')
    AND NOT EXISTS (
      SELECT 1 FROM jobs WHERE project_id = @project_id AND state = 'running')
    AND NOT EXISTS (
      SELECT 1 FROM annotations WHERE project_id = @project_id
        AND repository_id = @repository_id
        AND backup_id = @backup_id AND forgotten_at IS NOT NULL)`;

export function settlingUnchanged(database: Database) {
  const insert = database.prepare(insertSql);
  const all = database.transaction(
    (projects: readonly UnchangedProject[], times: Times) =>
      projects.filter(
        (one) =>
          insert.run({ ...one, ...times, new_id: randomUUID() }).changes === 1,
      ),
  );
  return {
    /** In one transaction; returns those that it settled. */
    settleUnchanged: (projects: readonly UnchangedProject[], times: Times) =>
      durably(database, () => all.immediate(projects, times)),
  };
}

export interface Times {
  now: number;
  /** All that was written before it has been looked at. */
  fixed_at: number;
}
