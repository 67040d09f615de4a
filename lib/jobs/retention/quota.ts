/** What goes when a project has more backups than it may; pure. */

import { isManual } from "../../../conat-api/index.js";
import type { RetentionBackup } from "./backup.js";
import { isFuture } from "./protect.js";

/**
 * Those to drop of `kept`, of which only `loose` ones can go: those that
 * nobody asked for before the others, however young, and of each kind the
 * oldest first. Of one that is dated later than now nobody knows the age: it
 * goes before any of its kind that has one, or a clock that was a year ahead
 * would cost all backups of that year.
 */
export function overQuota(
  loose: readonly RetentionBackup[],
  kept: number,
  max_backups: number,
  now: number,
): Set<RetentionBackup> {
  const rank = (backup: RetentionBackup) =>
    (isManual(backup) ? 2 : 0) + (isFuture(backup, now) ? 0 : 1);
  const byWorth = loose.toSorted(
    (a, b) => rank(a) - rank(b) || compareAge(a, b),
  );
  return new Set(byWorth.slice(0, Math.max(0, kept - max_backups)));
}

/** Older ones first; the same order whatever they came in. */
export function compareAge(a: RetentionBackup, b: RetentionBackup): number {
  return a.time - b.time || (a.backup_id < b.backup_id ? -1 : 1);
}
