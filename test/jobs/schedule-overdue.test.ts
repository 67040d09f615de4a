import { randomUUID } from "node:crypto";
import type { Schedule } from "../../conat-api/index.js";
import {
  type Calendar,
  defaultScheduleSettings,
  dueOf,
  isOverdue,
  openCalendar,
} from "../../lib/jobs/schedule/index.js";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const daily = { type: "daily" } as const;
const calendar = openCalendar(defaultScheduleSettings);
/** A Monday. */
const noon = Date.parse("2026-05-04T12:00Z");

/** Is a change overdue at this instant, and right after it? */
function around(
  instant: number,
  change: { since: number; schedule?: Schedule; project_id?: string },
  by: Calendar = calendar,
): boolean[] {
  const { since, schedule = daily, project_id = randomUUID() } = change;
  const project = { project_id, schedule };
  return [instant, instant + 1].map((now) =>
    isOverdue(since, project, by, now),
  );
}

test("a change is overdue two hours after its daily backup was due: within 26 hours", () => {
  for (let i = 0; i < 50; i++) {
    const project_id = randomUUID();
    const { due_at, next_at } = dueOf(project_id, daily, calendar, noon);
    const last = next_at + 2 * hourMs;
    const change = { since: noon, project_id };
    expect(around(last, change)).toEqual([false, true]);
    // Made right after a backup it waits longest.
    const longest = { since: due_at, project_id };
    expect(around(due_at + 26 * hourMs, longest)).toEqual([false, true]);
  }
});

test.each([
  ["weekly", "0 3 * * 0", "2026-05-10T05:00Z"],
  ["hourly", "0 * * * *", "2026-05-04T15:00Z"],
  ["every quarter of an hour", "*/15 * * * *", "2026-05-04T14:15Z"],
])("%s backups make their own time", (_name, expression, last) => {
  const schedule = { type: "cron", expression } as const;
  const change = { since: noon, schedule };
  expect(around(Date.parse(last), change)).toEqual([false, true]);
});

test("a night of 25 hours makes nothing overdue", () => {
  const time_zone = "Europe/Vienna";
  const vienna = openCalendar({ ...defaultScheduleSettings, time_zone });
  const evening = Date.parse("2026-10-24T18:00Z");
  const nights = Array.from({ length: 50 }, () => {
    const project_id = randomUUID();
    const since = dueOf(project_id, daily, vienna, evening).due_at;
    const { next_at } = dueOf(project_id, daily, vienna, since);
    const last = next_at + 2 * hourMs;
    const change = { since, project_id };
    expect(around(last, change, vienna)).toEqual([false, true]);
    return next_at - since;
  });
  expect(Math.max(...nights)).toBeGreaterThan(24.5 * hourMs);
});

test("a change that a wrong clock dates later is not", () => {
  const project = { project_id: randomUUID(), schedule: daily };
  expect(isOverdue(noon + 9 * dayMs, project, calendar, noon)).toBe(false);
});
