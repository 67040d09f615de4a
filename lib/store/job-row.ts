/** A row of `jobs`: the wire's Job plus what only this host needs. */

import {
  type Job,
  RepositoryJob,
  type RepositoryJobKind,
  type RepositoryPhase,
  type Trigger,
} from "../../conat-api/index.js";
import type { ProcessIdentity } from "../process-identity.js";

type Differs = "warnings" | "target" | "kept" | "unchanged";

export interface JobRow extends Omit<Job, Differs> {
  seq: number;
  /** The first attempt's trigger. */
  origin: Exclude<Trigger, "retry">;
  unchanged: 0 | 1;
  /** JSON. */
  figures: string | null;
  warnings: string;
  target: string | null;
  fixed_at: number | null;
  owner_pid: number | null;
  owner_started: number | null;
  owner_boot: string | null;
  group_pid: number | null;
  group_started: number | null;
  stage: string | null;
  /** Of a restore whose store lies elsewhere. */
  stage_beside: string | null;
  journal: string | null;
  /** 1: rustic may have stored its backup, and nobody has looked. */
  in_doubt: 0 | 1;
  /** 1: what it stores may need another prune before it can be read. */
  beside_prune: 0 | 1;
  cancel_requested_by: string | null;
}

/** The row of a job on a repository: the same columns. */
export interface RepositoryJobRow extends Omit<
  JobRow,
  "project_id" | "kind" | "phase" | "repository_id"
> {
  project_id: null;
  kind: RepositoryJobKind;
  phase: RepositoryPhase | null;
  repository_id: string;
}

export type AnyJobRow = JobRow | RepositoryJobRow;

export function isOfProject(row: AnyJobRow): row is JobRow {
  return row.project_id !== null;
}

const hostOnly = [
  "seq",
  "origin",
  "figures",
  "fixed_at",
  "owner_pid",
  "owner_started",
  "owner_boot",
  "group_pid",
  "group_started",
  "stage",
  "stage_beside",
  "journal",
  "in_doubt",
  "beside_prune",
  "cancel_requested_by",
] as const;

export function toJob(row: JobRow): Job {
  const job: Record<string, unknown> = { ...row };
  for (const field of hostOnly) delete job[field];
  job.warnings = JSON.parse(row.warnings);
  job.target = row.target === null ? null : JSON.parse(row.target);
  job.kept = row.kept_at !== null;
  job.unchanged = row.unchanged === 1;
  return job as Job;
}

export function toRepositoryJob(row: RepositoryJobRow): RepositoryJob {
  const figures = row.figures === null ? null : JSON.parse(row.figures);
  return RepositoryJob.parse({ ...row, figures });
}

/** Who claimed the row; undefined while nobody has. */
export function ownerOf(row: AnyJobRow): ProcessIdentity | undefined {
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
