/** What the owner of a running job notes down while it works. */

import type {
  Phase,
  RepositoryPhase,
  SourceKind,
} from "../../conat-api/index.js";
import type { ProcessIdentity } from "../process-identity.js";
import { type Database, durably } from "./database.js";
import type { AnyJobRow, JobRow } from "./job-row.js";

/** Facts that a running job adds to its row; absent ones stay as they are. */
export interface RunningFacts {
  phase?: Phase | RepositoryPhase;
  bytes_done?: number;
  bytes_total?: number;
  progress_at?: number;
  fixed_at?: number;
  stage?: string | null;
  /** What a restore stages elsewhere, besides its stage. */
  stage_beside?: string;
  source?: SourceKind;
  repository_id?: string;
  group?: ProcessIdentity | null;
  journal?: string | null;
  kept_at?: string | null;
  in_doubt?: boolean;
}

export interface SwapFacts {
  journal: string;
  kept_at?: string | null;
  now: number;
}

const columns = [
  "phase",
  "bytes_done",
  "bytes_total",
  "progress_at",
  "fixed_at",
  "stage",
  "stage_beside",
  "source",
  "repository_id",
  "group_pid",
  "group_started",
  "journal",
  "kept_at",
  "in_doubt",
] as const;

export function running(database: Database) {
  const heartbeat = database.prepare(
    `UPDATE jobs SET heartbeat_at = @now
     WHERE state = 'running' AND owner_pid = @pid
       AND owner_started = @started AND owner_boot = @boot
       AND job_id IN (SELECT value FROM json_each(@ids))
     RETURNING job_id, cancel_requested_by`,
  );
  const allRunning = database.prepare(
    `SELECT * FROM jobs INDEXED BY jobs_running
     WHERE state = 'running' ORDER BY seq`,
  );
  const update = (set: readonly string[]) =>
    database.prepare(
      `UPDATE jobs SET ${set.map((column) => `${column} = @${column}`).join(", ")}
       WHERE job_id = @job_id AND state = 'running'`,
    );

  const beginSwap = database.prepare(
    `UPDATE jobs SET phase = 'swapping', progress_at = @now,
       journal = @journal, kept_at = @kept_at
     WHERE job_id = @job_id AND state = 'running'
       AND cancel_requested_by IS NULL`,
  );
  const abandoned = database.prepare(
    `SELECT * FROM jobs
     WHERE stage IS NOT NULL AND state <> 'running'
       AND (journal IS NULL OR state = 'succeeded')
     ORDER BY seq`,
  );
  return {
    /**
     * Moves heartbeat_at of those jobs of `owner` that still run; returns
     * who wants which of them cancelled.
     */
    heartbeat: (owner: ProcessIdentity, now: number, ids: readonly string[]) =>
      heartbeat.all({ ...owner, now, ids: JSON.stringify(ids) }) as Pick<
        JobRow,
        "job_id" | "cancel_requested_by"
      >[],

    /** Of a job that still runs; a row that has ended is left alone. */
    note(job_id: string, { group, in_doubt, ...facts }: RunningFacts): void {
      const values: Record<string, unknown> = { ...facts };
      if (in_doubt !== undefined) values.in_doubt = in_doubt ? 1 : 0;
      if (group !== undefined) {
        values.group_pid = group?.pid ?? null;
        values.group_started = group?.started ?? null;
      }
      const set = columns.filter((column) => values[column] !== undefined);
      if (set.length === 0) return;
      update(set).run({ ...values, job_id });
    },

    /**
     * On the disk before the first rename. false: a cancel came first.
     * Afterwards none is taken any more.
     */
    beginSwap: (job_id: string, swap: SwapFacts) =>
      durably(
        database,
        () => beginSwap.run({ kept_at: null, ...swap, job_id }).changes === 1,
      ),

    allRunning: () => allRunning.all() as AnyJobRow[],
    /**
     * Jobs that ended without being able to remove their stage. Not one
     * whose swap is undecided: its stage may hold the project's only tree.
     */
    withAbandonedStage: () => abandoned.all() as JobRow[],
  };
}
