/** What no rule of a policy can take; pure. */

import type { KeepReason } from "../../../conat-api/index.js";
import type { RetentionBackup } from "./backup.js";

/**
 * By backup_id. Of unproven ones nobody knows whether they hold: they are
 * kept, and never stand in for a good one. `backups`: newest first; `last_id`:
 * the one that was made last, whatever the clock said when it was.
 */
export function protectedOf(
  backups: readonly RetentionBackup[],
  now: number,
  last_id: string | null = null,
): (backup: RetentionBackup) => KeepReason[] {
  const good = backups.filter(({ unproven }) => !unproven);
  // One that a wrong clock dates later is no reason to lose the newest of the
  // others; nor the other way round, should the clock be wrong now.
  const past = good.filter((backup) => !isFuture(backup, now));
  const last = backups.filter(({ backup_id }) => backup_id === last_id);
  const newest = new Set([...newestOf(good), ...newestOf(past), ...last]);

  return (backup) => [
    ...(backup.pinned ? (["pinned"] as const) : []),
    ...(newest.has(backup) ? (["newest"] as const) : []),
    ...(backup.unproven ? (["unproven"] as const) : []),
    ...(isFuture(backup, now) ? (["future"] as const) : []),
  ];
}

/** And, where that one could not read all, the newest one that could. */
function newestOf(good: readonly RetentionBackup[]): RetentionBackup[] {
  const whole = good.find(({ warnings_count }) => warnings_count === 0);
  return [good[0], whole].filter((backup) => backup !== undefined);
}

export function isFuture({ time }: RetentionBackup, now: number): boolean {
  return time > now;
}
