/** Cron expressions: the one importer of croner. */

import { Cron, CronPattern } from "croner";
import type { Zone } from "../zone.js";

/** Five or six fields; croner would take dates, nicknames and years, too. */
const mode = "5-or-6-parts";

export type CronExpression = Cron;

/**
 * It runs on wall time: croner's own handling of zones takes 0.6 ms an
 * instant, 30 times as long, and between two and three of a night that has
 * this hour twice it names instants that have passed.
 *
 * @throws Error that says what is wrong with it.
 */
export function parseCron(expression: string): CronExpression {
  if (!/^\s*\S+(\s+\S+){4,5}\s*$/.test(expression)) {
    throw new Error("it should have five or six fields");
  }
  return new Cron(expression, { mode, utcOffset: 0, paused: true });
}

/** The newest instant up to `now`, and the first after it. */
export interface Surroundings {
  due_at: number;
  next_at: number;
}

/** An instant that a clock shows twice, or jumps over, is one. */
export function surroundingsOf(
  cron: CronExpression,
  zone: Zone,
  now: number,
): Surroundings {
  const second = Math.floor(zone.wallAt(now) / 1000) * 1000;
  let wall = cron.previousRuns(1, new Date(second + 1000))[0];
  // In an hour that comes again, runs of its first time have passed already.
  for (;;) {
    const next = cron.nextRun(wall ?? new Date(second - 1000));
    const next_at = next ? zone.instantOf(next.getTime()) : Infinity;
    if (!next || next_at > now) {
      return {
        due_at: wall ? zone.instantOf(wall.getTime()) : -Infinity,
        next_at,
      };
    }
    wall = next;
  }
}

/** In minutes; Infinity: it never fires. A day's end counts as any hour's. */
export function shortestPause(expression: string): number {
  const cron = parseCron(expression);
  // Days and months repeat within 400 years; most within 8.
  if (!cron.nextRun(new Date(0))) return Infinity;
  const pattern = new CronPattern(expression, undefined, { mode });
  const [seconds, minutes, hours] = [
    pattern.second,
    pattern.minute,
    pattern.hour,
  ].map(placesOf) as [number[], number[], number[]];
  if (seconds.length > 1) return 0;
  const within = minutes
    .slice(1)
    .map((minute, index) => minute - (minutes[index] ?? 0));
  const across = hours.some((hour) => hours.includes((hour + 1) % 24))
    ? 60 - (minutes.at(-1) ?? 0) + (minutes[0] ?? 0)
    : 60;
  return Math.min(across, ...within);
}

/** Where a field's bits are set. */
function placesOf(bits: readonly number[]): number[] {
  return bits.flatMap((bit, place) => (bit ? [place] : []));
}
