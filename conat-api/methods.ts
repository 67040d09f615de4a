/**
 * The contract: every method with what goes in, what comes out and who may
 * call it. Requests are strict (an unknown field is refused), replies are
 * open (an unknown field of a newer host is dropped).
 */

import { z } from "zod";
import { Backup } from "./backup.js";
import { BackupId, Instant, JobId, ProjectId } from "./ids.js";
import { Job, JobState, RestoreTarget } from "./job.js";
import { Policy, PolicyInForce, RetentionPreview } from "./policy.js";
import { Status } from "./status.js";

/**
 * account: people, on a subject that proves the account; project: anyone in
 * the project, its own code included; hub: the hub and the local CLI.
 */
export type Surface = "account" | "project" | "hub";

export interface Method<I extends z.ZodType, O extends z.ZodType> {
  input: I;
  output: O;
  surfaces: readonly Surface[];
  /** Of the people in a project only its owner. */
  ownerOnly: boolean;
}

function method<I extends z.ZodType, O extends z.ZodType>(
  surfaces: readonly Surface[],
  input: I,
  output: O,
): Method<I, O> {
  return { surfaces, input, output, ownerOnly: false };
}

function ownersMethod<I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
): Method<I, O> {
  return { ...method(people, input, output), ownerOnly: true };
}

const everyone = ["account", "project", "hub"] as const;
const people = ["account", "hub"] as const;

const oneBackup = { project_id: ProjectId, backup_id: BackupId };

export const methods = {
  /** Ask for a backup; a job, at once. `joined`: somebody had asked before. */
  start: method(
    everyone,
    z.strictObject({ project_id: ProjectId }),
    z.object({ job: Job, joined: z.boolean() }),
  ),
  /** Backups of a project, newest first. `refresh` queues a fresh read. */
  list: method(
    everyone,
    z.strictObject({
      project_id: ProjectId,
      cursor: z.string().max(200).optional(),
      limit: z.number().int().min(1).max(1000).optional(),
      refresh: z.boolean().optional(),
      /** Those that were forgotten and can be taken back, too. */
      forgotten: z.boolean().optional(),
    }),
    z.object({
      backups: z.array(Backup),
      /** Pass it to get the next page; null at the end. */
      cursor: z.string().nullable(),
      /** When the repository was last read; null: never by this host. */
      as_of: Instant.nullable(),
      refreshing: z.boolean(),
      /** Why the last reading failed; null when it did not. */
      read_error: z.string().nullable(),
    }),
  ),
  status: method(everyone, z.strictObject({ project_id: ProjectId }), Status),
  /** Job rows of a project, newest first, failures included. */
  jobs: method(
    people,
    z.strictObject({
      project_id: ProjectId,
      state: JobState.optional(),
      cursor: z.string().max(200).optional(),
      limit: z.number().int().min(1).max(1000).optional(),
    }),
    z.object({ jobs: z.array(Job), cursor: z.string().nullable() }),
  ),
  job: method(
    people,
    z.strictObject({ project_id: ProjectId, job_id: JobId }),
    z.object({ job: Job }),
  ),
  /** `cancelled` false: the job had ended before. */
  cancel: method(
    people,
    z.strictObject({ project_id: ProjectId, job_id: JobId }),
    z.object({ job: Job, cancelled: z.boolean() }),
  ),
  restore: method(
    people,
    z.strictObject({
      project_id: ProjectId,
      backup_id: BackupId,
      target: RestoreTarget,
    }),
    z.object({ job: Job }),
  ),
  /** Names, notes and pins of a backup; absent ones stay as they are. */
  update: ownersMethod(
    z.strictObject({
      ...oneBackup,
      name: z.string().trim().max(200).nullable().optional(),
      note: z.string().trim().max(4000).nullable().optional(),
      /** LIMIT_EXCEEDED: pins would leave no room under the quota. */
      pinned: z.boolean().optional(),
    }),
    z.object({ backup: Backup }),
  ),
  /** Off the list at once; for some days it can be taken back. */
  forget: ownersMethod(
    z.strictObject(oneBackup),
    z.object({ backup: Backup, gone_at: Instant }),
  ),
  unforget: ownersMethod(
    z.strictObject(oneBackup),
    z.object({ backup: Backup }),
  ),
  get_policy: method(
    people,
    z.strictObject({ project_id: ProjectId }),
    PolicyInForce,
  ),
  /**
   * `policy` null: the host's default from now on. `expected`: `own` of the
   * answer that the change was made from, left out where that has none.
   * CONFLICT: it is another by now, and not the wanted one either.
   */
  set_policy: ownersMethod(
    z.strictObject({
      project_id: ProjectId,
      policy: Policy.nullable(),
      expected: Policy.nullable().optional(),
    }),
    PolicyInForce,
  ),
  /** What retention would do now, under this policy or the one in force. */
  preview_policy: method(
    people,
    z.strictObject({ project_id: ProjectId, policy: Policy.optional() }),
    RetentionPreview,
  ),
} as const;

export type MethodName = keyof typeof methods;
export type Input<M extends MethodName> = z.input<(typeof methods)[M]["input"]>;
export type Output<M extends MethodName> = z.output<
  (typeof methods)[M]["output"]
>;

/** What a client offers and a host answers. */
export type ProjectBackupsApi = {
  [M in MethodName]: (input: Input<M>) => Promise<Output<M>>;
};

export const methodNames = Object.keys(methods) as MethodName[];
