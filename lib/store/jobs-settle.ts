/** The end of a job: one transaction, one winner. */

import { randomUUID } from "node:crypto";
import type {
  Backup,
  ErrorCode,
  JobState,
  Warning,
} from "../../conat-api/index.js";
import { upsertBackup } from "./backups.js";
import { type Database, durably } from "./database.js";
import type { JobRow } from "./job-row.js";

export const warningsKept = 50;

export interface Settlement {
  state: Extract<JobState, "succeeded" | "failed" | "cancelled">;
  now: number;
  repository_id?: string;
  backup_id?: string;
  bytes_processed?: number;
  bytes_added?: number;
  files?: number;
  warnings?: readonly Warning[];
  cancelled_by?: string;
  error_code?: ErrorCode;
  error_message?: string;
  /** Written in the same transaction as the row. */
  backup?: Backup;
  /** Likewise a new row, due then, that tries the same again. */
  retry_at?: number;
}

// `phase` stays: it says where an ended job had got to. So does `owner`.
// Of what the repository did not keep whole nothing is in doubt.
const settleSql = (which: string) => `
  UPDATE jobs SET state = @state, finished_at = @now,
    in_doubt = iif(@state = 'failed'
      AND @error_code IS NOT 'REPOSITORY_DAMAGED', in_doubt, 0),
    repository_id = coalesce(@repository_id, repository_id),
    backup_id = coalesce(@backup_id, backup_id),
    bytes_processed = @bytes_processed, bytes_added = @bytes_added,
    files = @files, warnings_count = @warnings_count, warnings = @warnings,
    cancelled_by = @cancelled_by, error_code = @error_code,
    error_message = @error_message, group_pid = NULL, group_started = NULL
  WHERE job_id = @job_id AND ${which}
  RETURNING *`;
const unsettled = "state IN ('running', 'pending')";
const doubtful = "state = 'failed' AND in_doubt = 1";

// Not where another backup of the project waits: it does the same.
const retrySql = `
  INSERT OR IGNORE INTO jobs (job_id, kind, project_id, trigger, requested_by,
    state, created_at, run_at, attempt, retry_of)
  VALUES (@retry_id, @kind, @project_id, 'retry', @requested_by,
    'pending', @now, @retry_at, @attempt + 1, @job_id)`;

export function settling(database: Database) {
  const first = database.prepare(settleSql(unsettled));
  const again = database.prepare(settleSql(doubtful));
  const insertRetry = database.prepare(retrySql);
  const clearStage = database.prepare(
    "UPDATE jobs SET stage = NULL WHERE job_id = ?",
  );

  const inDoubt = database.prepare(
    `SELECT * FROM jobs WHERE ${doubtful} AND repository_id = ? ORDER BY seq`,
  );
  const clearDoubt = database.prepare(
    `UPDATE jobs SET in_doubt = 0 WHERE job_id = ? AND ${doubtful}`,
  );

  // Whoever has asked since keeps it: it has their name by then.
  const dropRetry = database.prepare(
    `UPDATE jobs SET state = 'cancelled', finished_at = @now,
       cancelled_by = 'recovery', error_code = 'CANCELLED',
       error_message = 'The backup that it was to make again was found.'
     WHERE retry_of = @job_id AND state = 'pending' AND trigger = 'retry'`,
  );

  const settle = database.transaction(
    (update: typeof first, job_id: string, settlement: Settlement) => {
      const { backup, retry_at, warnings = [], ...facts } = settlement;
      const row = update.get({
        repository_id: null,
        backup_id: null,
        bytes_processed: null,
        bytes_added: null,
        files: null,
        cancelled_by: null,
        error_code: null,
        error_message: null,
        ...facts,
        job_id,
        warnings_count: warnings.length,
        warnings: JSON.stringify(warnings.slice(0, warningsKept)),
      }) as JobRow | undefined;
      if (row !== undefined && backup !== undefined) {
        upsertBackup(database, { ...backup, job_id });
      }
      if (row?.state === "succeeded") {
        dropRetry.run({ job_id, now: settlement.now });
      }
      if (row !== undefined && retry_at !== undefined) {
        const { now } = settlement;
        insertRetry.run({ ...row, retry_id: randomUUID(), retry_at, now });
      }
      return row;
    },
  );

  return {
    /** undefined: somebody had settled the row before. */
    settle: (job_id: string, settlement: Settlement) =>
      durably(database, () => settle.immediate(first, job_id, settlement)),
    /** The same, of a job that failed in doubt; undefined: it had not. */
    settleDoubt: (job_id: string, settlement: Settlement) =>
      durably(database, () => settle.immediate(again, job_id, settlement)),
    /** Failed jobs whose backup may be in the repository all the same. */
    inDoubt: (repository_id: string) => inDoubt.all(repository_id) as JobRow[],
    /** It is not there. */
    clearDoubt: (job_id: string) => void clearDoubt.run(job_id),
    /** The job's stage is gone from the disk. */
    clearStage: (job_id: string) => void clearStage.run(job_id),
  };
}
