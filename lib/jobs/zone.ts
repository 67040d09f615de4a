/** A time zone: instants, and what a clock on the wall shows. */

export const dayMs = 86_400_000;

/**
 * Wall time is in milliseconds too: what Date.UTC makes of the date and time
 * that the clock shows.
 */
export interface Zone {
  wallAt(instant: number): number;
  /**
   * The first of two where a clock is set back; where it is set forward, and
   * never shows `wall`, the instant of that.
   */
  instantOf(wall: number): number;
}

/**
 * @param name IANA; without one, the system's.
 * @throws RangeError where there is no such zone.
 */
export function openZone(name: string | undefined): Zone {
  const format = new Intl.DateTimeFormat("en-US", {
    ...(name === undefined ? {} : { timeZone: name }),
    ...{ year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "numeric", second: "numeric" },
    hourCycle: "h23",
  });
  // Not formatToParts: it takes four times as long, and cron asks often.
  const wallAt = (instant: number) =>
    wallOf(format.format(instant)) + (((instant % 1000) + 1000) % 1000);
  return { wallAt, instantOf: (wall) => instantOf(wall, wallAt) };
}

/** @param text `10/25/2026, 02:30:00` */
function wallOf(text: string): number {
  const [month = 1, day = 1, year = 0, hour = 0, minute = 0, second = 0] = text
    .split(/\D+/)
    .map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function instantOf(wall: number, wallAt: Zone["wallAt"]): number {
  // Zones change by the hour or so, and not twice within two days.
  const offsets = [wall - dayMs, wall + dayMs].map((at) => wallAt(at) - at);
  const candidates = offsets
    .map((offset) => wall - offset)
    .toSorted((a, b) => a - b);
  const [early = wall, late = wall] = candidates;
  if (wallAt(early) === wall) return early;
  if (wallAt(late) === wall) return late;
  return firstBeyond(wall, early, late, wallAt);
}

/** When the clock jumps over `wall`: between `before` and `after`. */
function firstBeyond(
  wall: number,
  before: number,
  after: number,
  wallAt: Zone["wallAt"],
): number {
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (wallAt(middle) < wall) low = middle;
    else high = middle;
  }
  return high;
}
