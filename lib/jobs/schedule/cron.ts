/** Cron expressions: the one importer of croner. */

import { Cron, CronPattern } from "croner";
import { dayMs, type Zone } from "../zone.js";

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
  const instantOf = (wall: number) =>
    Number.isFinite(wall) ? zone.instantOf(wall) : wall;
  let wall = lastRun(cron, second);
  let next = nextRun(cron, wall ?? second);
  // In an hour that comes again, runs of its first time have passed already.
  while (instantOf(next) <= now) {
    wall = next;
    next = nextRun(cron, wall);
  }
  return { due_at: instantOf(wall ?? -Infinity), next_at: instantOf(next) };
}

/** How far back to look first; every expression comes once in eight years. */
const lookBackDays = [1 / 24, 25 / 24, 8, 32, 400, 9 * 366];

/**
 * The newest up to then, by steps forward: croner's `previousRuns` throws for
 * a 29th of February.
 */
function lastRun(cron: CronExpression, second: number): number | undefined {
  let low = someRunBefore(cron, second);
  if (low === undefined) return undefined;
  for (let high = second; ;) {
    const next = nextRun(cron, low);
    if (next > second) return low;
    const middle = Math.floor((next + high) / 2000) * 1000;
    const beyond = nextRun(cron, middle);
    if (beyond > second) high = middle;
    low = beyond > second ? next : beyond;
  }
}

function someRunBefore(
  cron: CronExpression,
  second: number,
): number | undefined {
  for (const days of lookBackDays) {
    const run = nextRun(cron, second - days * dayMs);
    if (run <= second) return run;
  }
  return undefined;
}

/** The first after that, in wall time. */
function nextRun(cron: CronExpression, wall: number): number {
  return cron.nextRun(new Date(wall))?.getTime() ?? Infinity;
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
