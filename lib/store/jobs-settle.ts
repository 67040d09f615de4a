/** The end of a job: one transaction, one winner. */

import { randomUUID } from "node:crypto";
import type {
  BackupFacts,
  ErrorCode,
  JobState,
  Warning,
} from "../../conat-api/index.js";
import { cancelledBy } from "../aborted.js";
import { upsertBackup, wanting } from "./backups.js";
import { type BaseRow, upsertBase } from "./bases.js";
import { type Database, durably } from "./database.js";
import { type AnyJobRow, isOfProject, type JobRow } from "./job-row.js";

export const warningsKept = 50;

export interface Settlement {
  state: Extract<JobState, "succeeded" | "failed" | "cancelled">;
  now: number;
  repository_id?: string;
  backup_id?: string;
  bytes_processed?: number;
  bytes_added?: number;
  files?: number;
  /** `backup_id` is an older backup: nothing has changed since. */
  unchanged?: boolean;
  /** What a job on a repository did. */
  figures?: Readonly<Record<string, number>>;
  warnings?: readonly Warning[];
  cancelled_by?: string;
  error_code?: ErrorCode;
  error_message?: string;
  /** Written in the same transaction as the row. */
  backup?: BackupFacts;
  /** Likewise: the snapshot that is kept to tell what changed since. */
  base?: BaseRow;
  /** No rename of a restore's swap is left: its journal goes. */
  swap_undone?: boolean;
  /** Likewise a new row, due then, that tries the same again. */
  retry_at?: number;
}

/** A function is asked in the transaction that writes what it says. */
export type Ending = Settlement | (() => Settlement);

// `phase` stays: it says where an ended job had got to. So does `owner`.
// Of what the repository did not keep whole nothing is in doubt.
const settleSql = (which: string) => `
  UPDATE jobs SET state = @state, finished_at = @now,
    in_doubt = iif(@state = 'failed'
      AND @error_code IS NOT 'REPOSITORY_DAMAGED', in_doubt, 0),
    repository_id = coalesce(@repository_id, repository_id),
    backup_id = coalesce(@backup_id, backup_id),
    unchanged = @unchanged, figures = @figures,
    bytes_processed = @bytes_processed, bytes_added = @bytes_added,
    files = @files, warnings_count = @warnings_count, warnings = @warnings,
    cancelled_by = @cancelled_by, error_code = @error_code,
    error_message = @error_message, group_pid = NULL, group_started = NULL,
    journal = iif(@swap_undone, NULL, journal),
    kept_at = iif(@swap_undone, NULL, kept_at)
  WHERE job_id = @job_id AND ${which}
  RETURNING *`;
const unsettled = "state IN ('running', 'pending')";
const doubtful = "state = 'failed' AND in_doubt = 1";

// Not where another backup of the project waits: it does the same.
const retrySql = `
  INSERT OR IGNORE INTO jobs (job_id, kind, project_id, repository_id, trigger,
    origin, requested_by, state, created_at, run_at, attempt, retry_of, target)
  VALUES (@retry_id, @kind, @project_id,
    iif(@project_id IS NULL, @repository_id, NULL), 'retry', @origin,
    @requested_by, 'pending', @now, @retry_at, @attempt + 1, @job_id, @target)`;

/** What was to hold all of the project was forgotten while it was compared. */
const hiddenMeanwhile = {
  state: "failed",
  // One that is tried again.
  error_code: "INTERRUPTED",
  error_message:
    "The backup that holds all of the project was forgotten meanwhile. It is tried again by itself.",
} as const;

function cancelled(by: string): Omit<Settlement, "now"> {
  const { code: error_code, message: error_message } = cancelledBy(by);
  return { state: "cancelled", cancelled_by: by, error_code, error_message };
}

export function settling(database: Database) {
  const first = database.prepare(settleSql(unsettled));
  const again = database.prepare(settleSql(doubtful));
  const insertRetry = database.prepare(retrySql);
  const clearStage = database.prepare(
    "UPDATE jobs SET stage = NULL, stage_beside = NULL WHERE job_id = ?",
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

  const want = wanting(database);

  const hidden = database.prepare(
    `SELECT cancel_requested_by FROM annotations JOIN jobs USING (project_id)
     WHERE jobs.job_id = @job_id AND forgotten_at IS NOT NULL
       AND annotations.repository_id = @repository_id
       AND annotations.backup_id = @backup_id`,
  );
  const endOf = (given: Settlement, job_id: string): Settlement => {
    const { unchanged, repository_id, backup_id, now } = given;
    if (!unchanged) return given;
    const found = hidden.get({ job_id, repository_id, backup_id }) as
      Pick<JobRow, "cancel_requested_by"> | undefined;
    if (!found) return given;
    const { cancel_requested_by: by } = found;
    return by === null
      ? { ...hiddenMeanwhile, now, retry_at: now }
      : { ...cancelled(by), now };
  };

  const settle = database.transaction(
    (update: typeof first, job_id: string, ending: Ending) => {
      const given = typeof ending === "function" ? ending() : ending;
      const { now } = given;
      const settlement = endOf(given, job_id);
      const row = update.get({ ...columnsOf(settlement), job_id }) as
        AnyJobRow | undefined;
      if (row === undefined) return undefined;
      if (isOfProject(row)) writeWithIt(database, row, settlement);
      if (row.state === "succeeded") dropRetry.run({ job_id, now });
      if (isOfProject(row) && row.unchanged) want(row, now);
      const { retry_at } = settlement;
      if (retry_at !== undefined) {
        insertRetry.run({ ...row, retry_id: randomUUID(), retry_at, now });
      }
      return row;
    },
  );

  return {
    /** undefined: somebody had settled the row before. */
    settle: (job_id: string, ending: Ending) =>
      durably(database, () => settle.immediate(first, job_id, ending)),
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

function columnsOf({
  backup: _backup,
  base: _base,
  retry_at: _retry_at,
  warnings = [],
  figures,
  unchanged = false,
  swap_undone = false,
  ...facts
}: Settlement): Record<string, unknown> {
  return {
    repository_id: null,
    backup_id: null,
    bytes_processed: null,
    bytes_added: null,
    files: null,
    cancelled_by: null,
    error_code: null,
    error_message: null,
    ...facts,
    unchanged: unchanged ? 1 : 0,
    swap_undone: swap_undone ? 1 : 0,
    figures: figures ? JSON.stringify(figures) : null,
    warnings_count: warnings.length,
    warnings: JSON.stringify(warnings.slice(0, warningsKept)),
  };
}

function writeWithIt(
  database: Database,
  { job_id, origin, beside_prune }: JobRow,
  { backup, base }: Settlement,
): void {
  if (backup !== undefined) {
    upsertBackup(database, {
      ...{ ...backup, job_id, trigger: origin, beside_prune },
    });
  }
  if (base !== undefined) upsertBase(database, base);
}
