/** A row of `jobs`: the wire's Job plus what only this host needs. */

import type { Job } from "../../conat-api/index.js";
import type { ProcessIdentity } from "../process-identity.js";

type Differs = "warnings" | "target" | "kept";

export interface JobRow extends Omit<Job, Differs> {
  seq: number;
  warnings: string;
  target: string | null;
  fixed_at: number | null;
  owner_pid: number | null;
  owner_started: number | null;
  owner_boot: string | null;
  group_pid: number | null;
  group_started: number | null;
  stage: string | null;
  journal: string | null;
  /** 1: rustic may have stored its backup, and nobody has looked. */
  in_doubt: 0 | 1;
  cancel_requested_by: string | null;
}

const hostOnly = [
  "seq",
  "fixed_at",
  "owner_pid",
  "owner_started",
  "owner_boot",
  "group_pid",
  "group_started",
  "stage",
  "journal",
  "in_doubt",
  "cancel_requested_by",
] as const;

export function toJob(row: JobRow): Job {
  const job: Record<string, unknown> = { ...row };
  for (const field of hostOnly) delete job[field];
  job.warnings = JSON.parse(row.warnings);
  job.target = row.target === null ? null : JSON.parse(row.target);
  job.kept = row.kept_at !== null;
  return job as Job;
}

/** Who claimed the row; undefined while nobody has. */
export function ownerOf(row: JobRow): ProcessIdentity | undefined {
  return row.owner_pid === null
    ? undefined
    : {
        pid: row.owner_pid,
        started: row.owner_started ?? 0,
        boot: row.owner_boot ?? "",
      };
}

/** The process group that runs, or ran, for the row. */
export function groupOf(
  row: Partial<Pick<JobRow, "group_pid" | "group_started" | "owner_boot">>,
): ProcessIdentity | undefined {
  return row.group_pid == null
    ? undefined
    : {
        pid: row.group_pid,
        started: row.group_started ?? 0,
        boot: row.owner_boot ?? "",
      };
}
