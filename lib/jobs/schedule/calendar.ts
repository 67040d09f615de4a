/** What a host's settings make of time; it remembers what was asked for. */

import type { Schedule } from "../../../conat-api/index.js";
import { openZone, type Zone } from "../zone.js";
import { checkSchedule } from "./check.js";
import {
  type CronExpression,
  parseCron,
  type Surroundings,
  surroundingsOf,
} from "./cron.js";
import type { ScheduleSettings } from "./settings.js";
import { openWindows, type Windows } from "./window.js";

export interface Calendar {
  settings: ScheduleSettings;
  windows: Windows;
  cron(schedule: CronSchedule, now: number): Surroundings;
  /** Another host or version may know time zones that this one does not. */
  isUsable(schedule: Schedule): boolean;
}

export type CronSchedule = Extract<Schedule, { type: "cron" }>;

/** Expressions kept: a host has fewer projects; each is about 2 kB. */
const most = 20_000;

/** @throws RangeError where there is no such time zone. */
export function openCalendar(settings: ScheduleSettings): Calendar {
  const zones = remembering(openZone);
  const zone = zones(settings.time_zone);
  const crons = new Map<string, Remembered>();
  const usable = remembering((key: string) =>
    isSound(JSON.parse(key) as Schedule),
  );

  return {
    settings,
    windows: openWindows(settings, zone),
    cron({ expression, time_zone = settings.time_zone }, now) {
      const key = `${time_zone ?? ""} ${expression}`;
      let found = crons.get(key);
      if (!found) {
        if (crons.size >= most) crons.clear();
        found = { cron: parseCron(expression), zone: zones(time_zone) };
        crons.set(key, found);
      }
      return refreshed(found, now);
    },
    isUsable: (schedule) =>
      schedule.type === "daily" || usable(JSON.stringify(schedule)),
  };
}

function isSound(schedule: Schedule): boolean {
  try {
    checkSchedule(schedule);
    return true;
  } catch {
    return false;
  }
}

interface Remembered {
  cron: CronExpression;
  zone: Zone;
  around?: Surroundings;
}

/** Both instants hold until the second of them comes. */
function refreshed(found: Remembered, now: number): Surroundings {
  const { around } = found;
  if (around && around.due_at <= now && now < around.next_at) return around;
  return (found.around = surroundingsOf(found.cron, found.zone, now));
}

function remembering<Key, Value>(make: (key: Key) => Value) {
  const made = new Map<Key, Value>();
  return (key: Key): Value => {
    let value = made.get(key);
    if (value === undefined) {
      if (made.size >= most) made.clear();
      value = make(key);
      made.set(key, value);
    }
    return value;
  };
}
