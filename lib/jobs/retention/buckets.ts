/** The rule for scheduled backups: so many hours, days, weeks; pure. */

import type { KeepReason, Retention } from "../../../conat-api/index.js";
import { dayMs, type Zone } from "../zone.js";
import type { RetentionBackup } from "./backup.js";

/**
 * Why each is kept; empty: it is not. Of each span of time that has any the
 * newest one is kept, for as many spans as the count says; spans without any
 * count for nothing, so a project that rests loses nothing. `backups`: newest
 * first.
 */
export function fillBuckets(
  backups: readonly RetentionBackup[],
  keep: Retention,
  zone: Zone,
): Map<RetentionBackup, KeepReason[]> {
  const reasons = new Map(
    backups.map((backup): [RetentionBackup, KeepReason[]] => [backup, []]),
  );
  for (const backup of backups.slice(0, keep.last)) {
    reasons.get(backup)?.push("last");
  }
  const times = backups.map(({ time }) => ({ time, wall: zone.wallAt(time) }));
  for (const [span, spanOf] of spans) {
    const filled = new Set<number>();
    backups.forEach((backup, index) => {
      const { time, wall } = times[index] as { time: number; wall: number };
      const name = spanOf(wall, time);
      if (filled.size >= keep[span] || filled.has(name)) return;
      filled.add(name);
      reasons.get(backup)?.push(span);
    });
  }
  return reasons;
}

type Span = Exclude<keyof Retention, "last">;

/** The number of the span that an instant lies in. */
const spans: [Span, (wall: number, time: number) => number][] = [
  // By the instant at which it began: an hour that a clock shows twice is two.
  ["hourly", (wall, time) => time - (wall % hourMs)],
  ["daily", (wall) => Math.floor(wall / dayMs)],
  // Weeks begin on Monday; the first day of all was a Thursday.
  ["weekly", (wall) => Math.floor((Math.floor(wall / dayMs) + 3) / 7)],
  ["monthly", (wall) => yearOf(wall) * 12 + new Date(wall).getUTCMonth()],
  ["yearly", yearOf],
];

const hourMs = 3_600_000;

function yearOf(wall: number): number {
  return new Date(wall).getUTCFullYear();
}
