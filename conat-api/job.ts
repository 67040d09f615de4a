/** A job: one row, work asked for with its state. One row is one attempt. */

import { z } from "zod";
import { errorCodes } from "./errors.js";
import { BackupId, Instant, JobId, ProjectId, RepositoryId } from "./ids.js";

export const JobState = z.enum([
  "pending",
  "running",
  "succeeded",
  "failed",
  "cancelled",
]);
export type JobState = z.infer<typeof JobState>;

export const JobKind = z.enum(["backup", "restore"]);
export type JobKind = z.infer<typeof JobKind>;

/** Work on a repository: it belongs to no project. */
export const RepositoryJobKind = z.enum(["forget", "prune", "check"]);
export type RepositoryJobKind = z.infer<typeof RepositoryJobKind>;

/** Why the job exists. */
export const Trigger = z.enum(["scheduled", "manual", "hub", "retry"]);
export type Trigger = z.infer<typeof Trigger>;

/**
 * A backup goes through preparing, staging, comparing, reading, settling; a
 * restore through preparing, writing, stopping, swapping, settling.
 */
export const Phase = z.enum([
  "preparing",
  "staging",
  "comparing",
  "reading",
  "writing",
  "stopping",
  "swapping",
  "settling",
]);
export type Phase = z.infer<typeof Phase>;

/** Where work on a repository is. */
export const RepositoryPhase = z.enum([
  "preparing",
  "forgetting",
  "pruning",
  /** The prune after a prune: meanwhile this host begins no backup. */
  "proving",
  "checking",
]);
export type RepositoryPhase = z.infer<typeof RepositoryPhase>;

/** What the source was on this host. */
export const SourceKind = z.enum(["btrfs", "live"]);
export type SourceKind = z.infer<typeof SourceKind>;

/** Something that was not backed up or restored as it is, and why. */
export const Warning = z.object({
  /** Relative to the project (`project/..`) or persist store (`persist/..`). */
  path: z.string().optional(),
  message: z.string(),
});
export type Warning = z.infer<typeof Warning>;

/** Where a restore goes. */
export const RestoreTarget = z.discriminatedUnion("type", [
  /** The whole project into its place; the old tree is kept aside. */
  z.strictObject({ type: z.literal("in_place") }),
  /** A new or empty directory of the host, absolute. */
  z.strictObject({
    type: z.literal("directory"),
    path: z
      .string()
      .min(1)
      .max(4096)
      .refine((path) => path.startsWith("/"), "must be absolute")
      .refine((path) => !path.includes("\0"), "must not contain NUL")
      .refine((path) => !path.split("/").includes(".."), "must not contain .."),
  }),
]);
export type RestoreTarget = z.infer<typeof RestoreTarget>;

export const Job = z.object({
  job_id: JobId,
  kind: JobKind,
  project_id: ProjectId,
  trigger: Trigger,
  /** `account-<id>`, `project`, `hub`, `local` or `scheduler`. */
  requested_by: z.string(),
  state: JobState,
  /** Where a running job is, or where an ended one was. */
  phase: Phase.nullable(),
  bytes_done: z.number().nullable(),
  /** Known after a scan, or estimated from the last backup's size. */
  bytes_total: z.number().nullable(),
  created_at: Instant,
  /** When it is due: later than created_at while it waits for a retry. */
  run_at: Instant,
  started_at: Instant.nullable(),
  finished_at: Instant.nullable(),
  heartbeat_at: Instant.nullable(),
  /** When bytes or phase last moved. */
  progress_at: Instant.nullable(),
  attempt: z.number().int().positive(),
  retry_of: JobId.nullable(),
  repository_id: RepositoryId.nullable(),
  backup_id: BackupId.nullable(),
  /** Nothing had changed: `backup_id` is an older backup that holds it all. */
  unchanged: z.boolean(),
  source: SourceKind.nullable(),
  /** Content read or restored. */
  bytes_processed: z.number().nullable(),
  /** What the backup added to the repository, after compression. */
  bytes_added: z.number().nullable(),
  files: z.number().nullable(),
  warnings_count: z.number().int().nonnegative(),
  /** The first 50. */
  warnings: z.array(Warning),
  target: RestoreTarget.nullable(),
  /**
   * Where an in-place restore keeps the tree that was there before; null for
   * callers other than the hub and the command line.
   */
  kept_at: z.string().nullable(),
  /** Is that tree there still? For everyone. */
  kept: z.boolean(),
  cancelled_by: z.string().nullable(),
  error_code: z.enum(errorCodes).nullable(),
  error_message: z.string().nullable(),
});
export type Job = z.infer<typeof Job>;

/** A job on a repository. */
export const RepositoryJob = Job.pick({
  job_id: true,
  trigger: true,
  requested_by: true,
  state: true,
  created_at: true,
  run_at: true,
  started_at: true,
  finished_at: true,
  heartbeat_at: true,
  progress_at: true,
  attempt: true,
  cancelled_by: true,
  error_code: true,
  error_message: true,
}).extend({
  kind: RepositoryJobKind,
  phase: RepositoryPhase.nullable(),
  repository_id: RepositoryId,
  /** What it did, in numbers that its kind knows. */
  figures: z.record(z.string(), z.number()).nullable(),
});
export type RepositoryJob = z.infer<typeof RepositoryJob>;

/** How far a running job is; bytes of content. */
export const Progress = Job.pick({
  job_id: true,
  state: true,
  phase: true,
  bytes_done: true,
  bytes_total: true,
  progress_at: true,
});
export type Progress = z.infer<typeof Progress>;

export const terminalStates = ["succeeded", "failed", "cancelled"] as const;

export function isTerminal(state: JobState): boolean {
  return (terminalStates as readonly string[]).includes(state);
}
