import { randomUUID } from "node:crypto";
import * as fc from "fast-check";
import {
  defaultScheduleSettings,
  dueOf,
  openCalendar,
  type ScheduleSettings,
} from "../../lib/jobs/schedule/index.js";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const daily = { type: "daily" } as const;
const at = (text: string) => Date.parse(text);
const show = (instant: number) => new Date(instant).toISOString();

function open(changes: Partial<ScheduleSettings> = {}) {
  return openCalendar({ ...defaultScheduleSettings, ...changes });
}

const someProjects = Array.from({ length: 2000 }, () => randomUUID());

/** When those projects are due, between two instants; sorted. */
function dueBetween(
  from: number,
  to: number,
  calendar = open(),
  projects: string[] = someProjects,
): number[] {
  return projects
    .flatMap((project_id) => {
      const instants: number[] = [];
      for (let now = from; ;) {
        const { next_at } = dueOf(project_id, daily, calendar, now);
        if (next_at <= now) throw new Error("the next one has passed");
        if (next_at >= to) return instants;
        instants.push(next_at);
        now = next_at;
      }
    })
    .toSorted((a, b) => a - b);
}

/** The fullest of so many equal parts, against their mean. */
function peakOf(instants: number[], from: number, to: number, parts: number) {
  const bins = Array.from({ length: parts }, () => 0);
  for (const instant of instants) {
    const bin = Math.floor(((instant - from) / (to - from)) * parts);
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  return Math.max(...bins) / (instants.length / parts);
}

describe("a daily schedule", () => {
  test("has one instant in each window, and always the same", () => {
    const project_id = randomUUID();
    const calendar = open();
    const first = dueOf(project_id, daily, calendar, at("2026-05-01T12:00Z"));
    expect(first.next_at - first.due_at).toBe(dayMs);
    expect(first.due_at).toBeGreaterThanOrEqual(at("2026-05-01T00:00Z"));
    expect(first.due_at).toBeLessThan(at("2026-05-01T06:00Z"));
    const later = dueOf(project_id, daily, open(), at("2026-05-09T12:00Z"));
    expect(later.due_at - first.due_at).toBe(8 * dayMs);
  });

  test("is due from its instant on, to the millisecond", () => {
    const project_id = randomUUID();
    const calendar = open();
    const { next_at } = dueOf(project_id, daily, calendar, at("2026-05-01Z"));
    const before = dueOf(project_id, daily, calendar, next_at - 1);
    expect(before.next_at).toBe(next_at);
    expect(dueOf(project_id, daily, calendar, next_at).due_at).toBe(next_at);
  });

  test("spreads projects evenly over the window", () => {
    const [from, to] = [at("2026-05-01T00:00Z"), at("2026-05-01T06:00Z")];
    const instants = dueBetween(from - 1, to + 18 * hourMs);
    expect(instants).toHaveLength(someProjects.length);
    expect(instants[0]).toBeGreaterThanOrEqual(from);
    expect(instants.at(-1)).toBeLessThan(to);
    expect(peakOf(instants, from, to, 24)).toBeLessThan(1.5);
  });

  test("spreads ids that differ in one place, too", () => {
    const start = "00000000-0000-4000-8000-00000000";
    const alike = Array.from({ length: 2000 }, (_, index) => {
      return start + index.toString(16).padStart(4, "0");
    });
    const [from, to] = [at("2026-05-01T00:00Z"), at("2026-05-01T06:00Z")];
    const instants = dueBetween(from - 1, to, open(), alike);
    expect(instants).toHaveLength(2000);
    expect(peakOf(instants, from, to, 24)).toBeLessThan(1.5);
  });

  test.each([
    ["loses an hour", "2026-03-28T23:00Z", "2026-03-29T04:00Z", 5],
    ["gains an hour", "2026-10-24T22:00Z", "2026-10-25T05:00Z", 7],
    ["is like any other", "2026-06-30T22:00Z", "2026-07-01T04:00Z", 6],
  ])("stays evenly spread over a window that %s", (_, start, end, hours) => {
    const calendar = open({ time_zone: "Europe/Vienna" });
    const [from, to] = [at(start), at(end)];
    expect(to - from).toBe(hours * hourMs);
    const instants = dueBetween(from - 1, to + 12 * hourMs, calendar);
    expect(instants).toHaveLength(someProjects.length);
    expect(instants.at(-1)).toBeLessThan(to);
    expect(instants.at(-1)).toBeGreaterThan(to - 60_000 * 3);
    expect(peakOf(instants, from, to, 4 * hours)).toBeLessThan(1.5);
  });

  test("keeps a window that a clock jumps over from being one instant", () => {
    const calendar = open({
      ...{ time_zone: "Europe/Vienna" },
      ...{ window_start: "02:00", window_minutes: 60 },
    });
    const from = at("2026-03-29T01:00Z");
    const instants = dueBetween(from - 1, from + 6 * hourMs, calendar);
    expect(instants).toHaveLength(someProjects.length);
    expect(peakOf(instants, from, from + hourMs / 2, 6)).toBeLessThan(1.5);
  });

  test.each([
    ["Europe/Vienna", "00:00", 360],
    ["Europe/Vienna", "22:30", 600],
    ["Europe/Vienna", "02:00", 60],
    ["America/Santiago", "00:00", 1440],
    ["Australia/Lord_Howe", "01:45", 30],
    ["UTC", "12:00", 1440],
  ])(
    "in %s from %s for %i minutes is due once a day",
    (time_zone, window_start, window_minutes) => {
      const calendar = open({ time_zone, window_start, window_minutes });
      const [from, days] = [at("2026-01-01T12:00Z"), 365];
      for (const project_id of someProjects.slice(0, 20)) {
        const instants = dueBetween(from, from + days * dayMs, calendar, [
          project_id,
        ]);
        expect(Math.abs(instants.length - days)).toBeLessThanOrEqual(1);
        const pauses = instants.slice(1).map((next, i) => next - instants[i]!);
        expect(Math.min(...pauses)).toBeGreaterThanOrEqual(22.9 * hourMs);
        expect(Math.max(...pauses)).toBeLessThanOrEqual(25.1 * hourMs);
      }
    },
  );
});

describe("a cron schedule", () => {
  const vienna = open({ time_zone: "Europe/Vienna" });
  const due = (expression: string, now: string, calendar = vienna) => {
    const schedule = { type: "cron", expression } as const;
    const found = dueOf("any", schedule, calendar, at(now));
    return [show(found.due_at), show(found.next_at)];
  };

  test("is due in the time zone of the window, or in its own", () => {
    expect(due("30 2 * * *", "2026-05-04T12:00Z")).toEqual([
      "2026-05-04T00:30:00.000Z",
      "2026-05-05T00:30:00.000Z",
    ]);
    const time_zone = "Asia/Kathmandu";
    const own = { type: "cron", expression: "30 2 * * *", time_zone } as const;
    const found = dueOf("any", own, vienna, at("2026-05-04T12:00Z"));
    expect(show(found.due_at)).toBe("2026-05-03T20:45:00.000Z");
  });

  test("is due from its instant on, to the millisecond", () => {
    const [before] = due("30 2 * * *", "2026-05-05T00:29:59.999Z");
    expect(before).toBe("2026-05-04T00:30:00.000Z");
    const [then] = due("30 2 * * *", "2026-05-05T00:30:00Z");
    expect(then).toBe("2026-05-05T00:30:00.000Z");
  });

  test("at half past two comes once where this is jumped over", () => {
    const jump = "2026-03-29T01:00:00.000Z";
    expect(due("30 2 * * *", "2026-03-29T00:59:59Z")).toEqual([
      "2026-03-28T01:30:00.000Z",
      jump,
    ]);
    expect(due("30 2 * * *", "2026-03-29T06:00Z")).toEqual([
      jump,
      "2026-03-30T00:30:00.000Z",
    ]);
  });

  test("at half past two comes once where there are two of it", () => {
    const [first, next] = [
      "2026-10-25T00:30:00.000Z",
      "2026-10-26T01:30:00.000Z",
    ];
    for (const now of ["00:30Z", "01:00Z", "01:29Z", "01:30Z", "01:59Z"]) {
      expect(due("30 2 * * *", `2026-10-25T${now}`)).toEqual([first, next]);
    }
  });

  test("never names an instant that has passed as the next one", () => {
    // In the second hour between two and three croner itself does.
    expect(due("*/30 * * * *", "2026-10-25T01:10Z")).toEqual([
      "2026-10-25T00:30:00.000Z",
      "2026-10-25T02:00:00.000Z",
    ]);
  });

  const span = {
    min: at("2026-01-01T00:00Z"),
    max: at("2027-01-01T00:00Z"),
  };

  test.each([
    ["*/5 * * * *", "Europe/Vienna"],
    ["30 2 * * *", "Europe/Vienna"],
    ["0 0 * * 1", "America/Santiago"],
    ["15 1,2 * * *", "Australia/Lord_Howe"],
    ["0 12 29 2 *", "UTC"],
  ])(
    "%s in %s says the same at each instant between two of its own, and with a memory",
    (expression, time_zone) => {
      const schedule = { type: "cron", expression, time_zone } as const;
      const remembering = open();
      fc.assert(
        fc.property(
          fc.integer(span),
          fc.double({ min: 0, max: 0.999, noNaN: true }),
          (now, part) => {
            const found = dueOf("any", schedule, open(), now);
            expect(found.due_at).toBeLessThanOrEqual(now);
            expect(found.next_at).toBeGreaterThan(now);
            const between = now + Math.floor((found.next_at - now) * part);
            expect(dueOf("any", schedule, open(), between)).toEqual(found);
            expect(dueOf("any", schedule, remembering, now)).toEqual(found);
            const after = dueOf("any", schedule, open(), found.next_at);
            expect(after.due_at).toBe(found.next_at);
          },
        ),
        { numRuns: 60 },
      );
    },
  );
});
