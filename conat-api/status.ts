/** What the settings page of a project needs to know at one glance. */

import { z } from "zod";
import { Backup } from "./backup.js";
import { Instant, ProjectId } from "./ids.js";
import { Job } from "./job.js";

/**
 * ok: the newest attempt left a backup. warning: there is a backup, but the
 * newest attempt failed or could not read everything, a change waits longer
 * than it should, or the repository is damaged. failing: attempts, but
 * no backup. never: neither.
 */
export const Health = z.enum(["ok", "warning", "failing", "never"]);
export type Health = z.infer<typeof Health>;

/** Things an operator should do; each has a sentence in `message`. */
export const Notice = z.object({ code: z.string(), message: z.string() });
export type Notice = z.infer<typeof Notice>;

/** What is in no backup yet, as far as the host has looked. */
export const Unprotected = z.object({
  /** When the oldest change was noticed. */
  since: Instant,
  /** Files and directories that changed; null: not counted. */
  changes: z.number().int().nonnegative().nullable(),
  /** There are more than that. */
  more: z.boolean(),
  counted_at: Instant.nullable(),
});
export type Unprotected = z.infer<typeof Unprotected>;

/** How this host, that maintains the repository, found it. */
export const RepositoryState = z.object({
  /** The newest check; null, as below: none yet. */
  checked_at: Instant.nullable(),
  /** It found errors. */
  damaged: z.boolean(),
  /** When a part of the data was last read, and not only looked up. */
  data_checked_at: Instant.nullable(),
  pruned_at: Instant.nullable(),
});
export type RepositoryState = z.infer<typeof RepositoryState>;

export const Status = z.object({
  project_id: ProjectId,
  health: Health,
  last_backup: Backup.nullable(),
  last_success: Job.nullable(),
  last_attempt: Job.nullable(),
  /** Backups that failed since the last one that did not. */
  failed_in_a_row: z.number().int().nonnegative(),
  /** The running or next pending job of the project. */
  current: Job.nullable(),
  /** When the next backup begins by itself: now, if it is due; null: none does. */
  next_due_at: Instant.nullable(),
  /** Does the project's policy make backups by itself? */
  scheduled: z.boolean(),
  /** null: nothing that the host knows of. */
  unprotected: Unprotected.nullable(),
  /** null: none yet, another host checks it, or this one is of old. */
  repository: RepositoryState.nullable().default(null),
  /** How fresh the list of backups is; null: this host never read it. */
  as_of: Instant.nullable(),
  notices: z.array(Notice),
});
export type Status = z.infer<typeof Status>;
