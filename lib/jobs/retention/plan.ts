/** Which backups are kept, and why; pure: a preview is the plan that runs. */

import {
  isManual,
  type KeepReason,
  type RetentionDecision,
} from "../../../conat-api/index.js";
import { openZone } from "../zone.js";
import type { RetentionBackup, RetentionPolicy } from "./backup.js";
import { fillBuckets } from "./buckets.js";
import { isEmptyManualRetention, isEmptyRetention } from "./empty.js";
import { keepManual } from "./manual.js";
import { protectedOf } from "./protect.js";
import { compareAge, overQuota } from "./quota.js";

export interface RetentionOptions {
  now: number;
  /** How many a project may have; null: no quota. */
  max_backups?: number | null;
  /** The backup that was made last: clocks may have dated others later. */
  last_id?: string | null;
  /** In which days begin and end; without one, the system's. */
  time_zone?: string | undefined;
}

/**
 * One decision a backup, newest first. `backups` are those of one project in
 * one repository, without those that are forgotten already.
 */
export function planRetention(
  backups: readonly RetentionBackup[],
  policy: RetentionPolicy,
  options: RetentionOptions,
): RetentionDecision[] {
  const newestFirst = backups.toSorted((a, b) => compareAge(b, a));
  const reasons = reasonsOf(newestFirst, policy, options);
  const kept = newestFirst.filter((backup) => reasons(backup).length > 0);
  const over = overQuota(
    kept.filter((backup) => !reasons(backup).some(isFirm)),
    kept.length,
    options.max_backups ?? Infinity,
    options.now,
  );
  return newestFirst.map((backup): RetentionDecision => {
    const { backup_id } = backup;
    if (over.has(backup)) return { backup_id, keep: [], drop: "quota" };
    const keep = reasons(backup);
    return { backup_id, keep, drop: keep.length > 0 ? null : "policy" };
  });
}

/** A quota does not take these either. */
function isFirm(reason: KeepReason): boolean {
  return ["pinned", "newest", "unproven"].includes(reason);
}

function reasonsOf(
  newestFirst: readonly RetentionBackup[],
  policy: RetentionPolicy,
  { now, time_zone, last_id }: RetentionOptions,
): (backup: RetentionBackup) => KeepReason[] {
  const firm = protectedOf(newestFirst, now, last_id);
  // Those that are kept anyway use up no place of the others; the newest one
  // does: it is the first that the rules would keep, too.
  const ruled = newestFirst.filter((backup) =>
    firm(backup).every((reason) => reason === "newest"),
  );
  const manual = ruled.filter(isManual);
  const scheduled = ruled.filter((backup) => !isManual(backup));
  const rules = new Map([
    ...(isEmptyManualRetention(policy.keep_manual)
      ? withoutRule(manual)
      : keepManual(manual, policy.keep_manual, now)),
    ...(isEmptyRetention(policy)
      ? withoutRule(scheduled)
      : fillBuckets(scheduled, policy.keep, openZone(time_zone))),
  ]);
  return (backup) => [...firm(backup), ...(rules.get(backup) ?? [])];
}

function withoutRule(
  backups: readonly RetentionBackup[],
): Map<RetentionBackup, KeepReason[]> {
  return new Map(backups.map((backup) => [backup, ["no_rule"]]));
}
