/** A backup: one rustic snapshot of one project in a repository. */

import { z } from "zod";
import { BackupId, Instant, ProjectId, RepositoryId } from "./ids.js";
import { Trigger, Warning } from "./job.js";

/** What the repository, and the job that made it, say of a backup. */
export const BackupFacts = z.object({
  backup_id: BackupId,
  repository_id: RepositoryId,
  project_id: ProjectId,
  /** When the backup was taken. */
  time: Instant,
  /** Content of the backup. */
  size_bytes: z.number().nullable(),
  /** What it added to the repository, after compression. */
  added_bytes: z.number().nullable(),
  files: z.number().nullable(),
  duration_ms: z.number().nullable(),
  /** Who wanted it, retries looked through; null: nothing says. */
  trigger: Trigger.nullable(),
  requested_by: z.string().nullable(),
  warnings_count: z.number().int().nonnegative().nullable(),
  warnings: z.array(Warning),
});
export type BackupFacts = z.infer<typeof BackupFacts>;

/** And what people and retention made of it since. */
export const Backup = BackupFacts.extend({
  name: z.string().nullable(),
  note: z.string().nullable(),
  /** Retention never takes it. */
  pinned: z.boolean(),
  /** Taken from the list then; until it is pruned it can be taken back. */
  forgotten_at: Instant.nullable(),
  /**
   * A prune ran beside it, and none since: until then nobody can say for
   * certain that the repository holds all of it.
   */
  unproven: z.boolean(),
});
export type Backup = z.infer<typeof Backup>;
