/** A host's fleet for a month: projects that change, and what goes wrong. */

import { defaultScheduleSettings } from "../../lib/jobs/schedule/index.js";

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export interface Interval {
  from: number;
  to: number;
}

export const settings = {
  ...defaultScheduleSettings,
  time_zone: "Europe/Vienna",
};
export const windowMs = settings.window_minutes * minuteMs;

/** 10 October 2026, midnight in Vienna; the 25th has 25 hours. */
export const begin = Date.parse("2026-10-09T22:00:00Z");
export const end = begin + 30 * dayMs;
export const count = 10_000;
/** Backups at once. */
export const cap = 8;
/** Of the capacity: what `cap` backups at once can do in a whole window. */
const load = 0.7;

/** Three days, from an afternoon on. */
export const outage = between("2026-10-14T12:00Z", "2026-10-17T12:00Z");
/** What the host's clock adds to the true time, as NTP steps make and mend. */
export const wrongClock = [
  { ...between("2026-10-20T23:00Z", "2026-10-21T00:00Z"), byMs: 3 * hourMs },
  { ...between("2026-11-02T01:00Z", "2026-11-02T03:00Z"), byMs: -2 * hourMs },
  // From here on it stays so.
  { from: Date.parse("2026-11-05T02:00Z"), to: end, byMs: -1.5 * hourMs },
];
/** Besides two bursts of 10 to 40 minutes in each window. */
const longPressure = between("2026-10-27T23:30Z", "2026-10-28T04:30Z");
/** On the long night, while it is longest: the worst place for a burst. */
const nightPressure = between("2026-10-25T03:00Z", "2026-10-25T04:00Z");

export interface World {
  random: () => number;
  projects: Project[];
  pressure: Interval[];
  /** Of a backup's lognormal duration, in ms. */
  duration: () => number;
}

export interface Project {
  /** Mean time between two changes. */
  everyMs: number;
  /** While this lasts its backups fail. */
  fails: Interval | undefined;
  /** Does anything tell that it changed, before it is looked at? */
  known: boolean;
}

export function makeWorld(seed: number): World {
  const random = mulberry(seed);
  const projects = Array.from({ length: count }, () => makeProject(random));
  const changed = projects.reduce(
    (sum, { everyMs }) => sum + 1 - Math.exp(-dayMs / everyMs),
    0,
  );
  const meanMs = (load * cap * windowMs) / changed;
  return {
    ...{ random, projects },
    pressure: [longPressure, nightPressure, ...bursts(random)],
    duration: () => meanMs * lognormal(random),
  };
}

/** Most change some times a day, others about every ten days. */
function makeProject(random: () => number): Project {
  return {
    everyMs: random() < 0.85 ? 6 * hourMs : 10 * dayMs,
    fails: random() < 0.05 ? makeFailure(random) : undefined,
    known: random() < 0.9,
  };
}

/** A fifth of them for ever, the others for two to five days. */
function makeFailure(random: () => number): Interval {
  const from = begin + random() * 25 * dayMs;
  const to =
    random() < 0.2
      ? Number.POSITIVE_INFINITY
      : from + (2 + 3 * random()) * dayMs;
  return { from, to };
}

function bursts(random: () => number): Interval[] {
  return Array.from({ length: 60 }, (_, index) => {
    const night = begin + Math.floor(index / 2) * dayMs;
    const from = night + random() * windowMs;
    return { from, to: from + (10 + 30 * random()) * minuteMs };
  });
}

/** Mean 1; one in a hundred takes 8 times as long or longer. */
function lognormal(random: () => number): number {
  const sigma = 1.2;
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  const normal = radius * Math.cos(2 * Math.PI * random());
  return Math.exp(sigma * normal - sigma ** 2 / 2);
}

export function exponential(random: () => number, mean: number): number {
  return -Math.log(1 - random()) * mean;
}

export function isIn({ from, to }: Interval, at: number): boolean {
  return from <= at && at < to;
}

function between(from: string, to: string): Interval {
  return { from: Date.parse(from), to: Date.parse(to) };
}

/** The same numbers for the same seed. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), 61 | bits);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
