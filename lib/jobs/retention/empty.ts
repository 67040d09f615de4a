/** Policies that keep nothing: a mistake, so they take nothing; pure. */

import type { ManualRetention } from "../../../conat-api/index.js";
import type { RetentionPolicy } from "./backup.js";

/**
 * All counts for scheduled backups are 0. Who sets this means something else:
 * to refuse it is kinder than to let backups pile up.
 */
export function isEmptyRetention({
  keep,
}: Pick<RetentionPolicy, "keep">): boolean {
  return Object.values(keep).every((count) => count === 0);
}

/** Neither a count nor days: backups that somebody asked for stay. */
export function isEmptyManualRetention({
  last,
  days,
}: ManualRetention): boolean {
  return last === 0 && days === 0;
}
