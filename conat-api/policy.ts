/**
 * The policy of a project: when a backup is due, and which ones are kept.
 */

import { z } from "zod";
import { Backup } from "./backup.js";
import { BackupId, Instant } from "./ids.js";

/** When a backup is due. */
export const Schedule = z.discriminatedUnion("type", [
  /** Once in each of the host's windows, at a time of the project's own. */
  z.strictObject({ type: z.literal("daily") }),
  /** Five or six fields, as cron has them, in a time zone. */
  z.strictObject({
    type: z.literal("cron"),
    expression: z.string().min(1).max(200),
    /** An IANA name, `Europe/Vienna`; default: the host's window's. */
    time_zone: z.string().min(1).max(100).optional(),
  }),
]);
export type Schedule = z.infer<typeof Schedule>;

const count = z.number().int().min(0).max(10_000);

/** How many of the newest are kept in each respect; 0: none for that reason. */
export const Retention = z.strictObject({
  last: count,
  hourly: count,
  daily: count,
  weekly: count,
  monthly: count,
  yearly: count,
});
export type Retention = z.infer<typeof Retention>;

/** Of backups that somebody asked for; the other rule never takes them. */
export const ManualRetention = z.strictObject({
  /** The newest so many; null: all. */
  last: count.nullable(),
  /** And all younger than this. */
  days: z.number().int().min(0).max(36_500),
});
export type ManualRetention = z.infer<typeof ManualRetention>;

/** A rustic glob relative to the project, such as `*.tmp` or `/cache/`. */
const Exclude = z
  .string()
  .min(1)
  .max(1000)
  .refine((glob) => !/[\0\n\r]/.test(glob), "must be one line")
  .refine((glob) => !/^[!#]/.test(glob), "must not begin with ! or #")
  // What rustic cannot read would fail every backup of the project.
  .refine((glob) => !/[[\]{}\\]/.test(glob), "must not contain [ ] { } or \\")
  .refine((glob) => glob.trim() === glob, "must not begin or end with blanks");

export const Policy = z.strictObject({
  /** false: nothing is scheduled; whoever asks still gets a backup. */
  enabled: z.boolean(),
  schedule: Schedule,
  keep: Retention,
  keep_manual: ManualRetention,
  excludes: z.array(Exclude).max(100),
});
export type Policy = z.infer<typeof Policy>;

/** What a host does for projects that say nothing else. */
export const defaultPolicy: Policy = {
  enabled: true,
  schedule: { type: "daily" },
  keep: { last: 3, hourly: 0, daily: 14, weekly: 8, monthly: 12, yearly: 3 },
  keep_manual: { last: null, days: 0 },
  excludes: [],
};

/** The policy of a project as it counts now. */
export const PolicyInForce = z.object({
  policy: Policy,
  /** The project has none of its own. */
  is_default: z.boolean(),
  /**
   * The project's own; null: it has none. What a caller saw, to be given back
   * as `expected` of `set_policy`. Absent: a host of old, which refuses that.
   */
  own: Policy.nullable().optional(),
  /** When the next backup begins by itself; null: none does. */
  next_due_at: Instant.nullable(),
  /** A quota of the project's; null: none. */
  max_backups: z.number().int().positive().nullable(),
  /** How long a forgotten backup can be taken back. */
  unforget_days: z.number().nonnegative(),
});
export type PolicyInForce = z.infer<typeof PolicyInForce>;

/** For `set_policy`: nothing where the host is too old to be asked. */
export function expecting({ own }: PolicyInForce): {
  expected?: Policy | null;
} {
  return own === undefined ? {} : { expected: own };
}

/** Why a backup is kept. */
export const KeepReason = z.enum([
  "pinned",
  "newest",
  /** Not proven since a prune ran beside it, or younger than anything good. */
  "unproven",
  /** Dated later than now: a clock was wrong, and nobody knows its age. */
  "future",
  "manual",
  "last",
  "hourly",
  "daily",
  "weekly",
  "monthly",
  "yearly",
  /** The policy keeps nothing at all: then nothing is taken. */
  "no_rule",
]);
export type KeepReason = z.infer<typeof KeepReason>;

/** Why one is not. */
export const DropReason = z.enum(["policy", "quota"]);
export type DropReason = z.infer<typeof DropReason>;

/** What retention decides of one backup. */
export const RetentionDecision = z.object({
  backup_id: BackupId,
  /** Empty: it goes. */
  keep: z.array(KeepReason),
  drop: DropReason.nullable(),
});
export type RetentionDecision = z.infer<typeof RetentionDecision>;

/** The plan that would run now; newest first. */
export const RetentionPreview = z.object({
  decisions: z.array(RetentionDecision.extend({ backup: Backup })),
  kept: z.number().int().nonnegative(),
  dropped: z.number().int().nonnegative(),
  max_backups: z.number().int().positive().nullable(),
  as_of: Instant,
});
export type RetentionPreview = z.infer<typeof RetentionPreview>;

/**
 * Somebody asked for it. Where nothing says who did, nobody can tell that
 * nobody did.
 */
export function isManual({ trigger }: Pick<Backup, "trigger">): boolean {
  return trigger !== "scheduled" && trigger !== "retry";
}

/**
 * Does the quota leave fewer than two scheduled backups? It is full, and
 * those that are pinned or that somebody asked for have the other places.
 */
export function isCrowded(
  preview: Pick<RetentionPreview, "decisions" | "kept" | "max_backups">,
): boolean {
  const { decisions, kept, max_backups } = preview;
  if (max_backups === null || kept < max_backups) return false;
  const scheduled = decisions.filter(
    ({ keep, backup }) =>
      !isManual(backup) &&
      keep.length > 0 &&
      !keep.includes("pinned") &&
      !keep.includes("manual"),
  );
  return scheduled.length < 2;
}
