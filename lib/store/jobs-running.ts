/** What the owner of a running job notes down while it works. */

import type { Phase, SourceKind } from "../../conat-api/index.js";
import type { ProcessIdentity } from "../process-identity.js";
import { type Database, durably } from "./database.js";
import type { JobRow } from "./job-row.js";

/** Facts that a running job adds to its row; absent ones stay as they are. */
export interface RunningFacts {
  phase?: Phase;
  bytes_done?: number;
  bytes_total?: number;
  progress_at?: number;
  fixed_at?: number;
  stage?: string | null;
  source?: SourceKind;
  repository_id?: string;
  group?: ProcessIdentity | null;
  journal?: string | null;
  kept_at?: string | null;
}

const columns = [
  "phase",
  "bytes_done",
  "bytes_total",
  "progress_at",
  "fixed_at",
  "stage",
  "source",
  "repository_id",
  "group_pid",
  "group_started",
  "journal",
  "kept_at",
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
    "SELECT * FROM jobs WHERE state = 'running' ORDER BY seq",
  );
  const update = (set: readonly string[]) =>
    database.prepare(
      `UPDATE jobs SET ${set.map((column) => `${column} = @${column}`).join(", ")}
       WHERE job_id = @job_id AND state = 'running'`,
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
    note(job_id: string, { group, ...facts }: RunningFacts): void {
      const values: Record<string, unknown> = { ...facts };
      if (group !== undefined) {
        values.group_pid = group?.pid ?? null;
        values.group_started = group?.started ?? null;
      }
      const set = columns.filter((column) => values[column] !== undefined);
      if (set.length === 0) return;
      const write = () => update(set).run({ ...values, job_id });
      // The journal of a swap must be on the disk before the first rename.
      if (facts.journal === undefined) write();
      else durably(database, write);
    },

    allRunning: () => allRunning.all() as JobRow[],
    /**
     * Jobs that ended without being able to remove their stage. Not one
     * whose swap is undecided: its stage may hold the project's only tree.
     */
    withAbandonedStage: () => abandoned.all() as JobRow[],
  };
}
