/** The host's windows: the same hours of each day, as the wall clock goes. */

import { dayMs, type Zone } from "../zone.js";
import type { ScheduleSettings } from "./settings.js";

/** Instants; `end` is not in it. */
export interface Window {
  start: number;
  end: number;
}

export interface Windows {
  /** Those that may hold the newest due instant or the next one; in order. */
  around(now: number): readonly Window[];
}

export function openWindows(
  settings: Pick<ScheduleSettings, "window_start" | "window_minutes">,
  zone: Zone,
): Windows {
  const days = new Map<number, Window>();
  let last: { now: number; windows: Window[] } | undefined;

  const ofDay = (day: number): Window => {
    let window = days.get(day);
    if (!window) {
      // A host runs for years; a day is asked for on five of them.
      if (days.size > 30) days.clear();
      window = windowOf(day, settings, zone);
      days.set(day, window);
    }
    return window;
  };

  return {
    around(now) {
      // All projects ask with one `now`.
      if (last?.now === now) return last.windows;
      const today = Math.floor(zone.wallAt(now) / dayMs);
      const windows = [-2, -1, 0, 1, 2].map((days) => ofDay(today + days));
      last = { now, windows };
      return windows;
    },
  };
}

/** The window that begins on a day of the wall clock. */
function windowOf(
  day: number,
  {
    window_start,
    window_minutes,
  }: Pick<ScheduleSettings, "window_start" | "window_minutes">,
  zone: Zone,
): Window {
  const [hour = 0, minute = 0] = window_start.split(":").map(Number);
  const wall = day * dayMs + (hour * 60 + minute) * 60_000;
  const lengthMs = window_minutes * 60_000;
  const start = zone.instantOf(wall);
  const end = zone.instantOf(wall + lengthMs);
  // Of a short window a clock that is set forward may leave nothing to spread
  // over: half of its length it always has.
  return { start, end: Math.max(end, start + lengthMs / 2) };
}
