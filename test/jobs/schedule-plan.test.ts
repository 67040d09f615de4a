import { randomUUID } from "node:crypto";
import * as fc from "fast-check";
import {
  afterTick,
  defaultScheduleSettings,
  type Due,
  dueOf,
  nextDue,
  openCalendar,
  planDue,
  type PlanState,
  type ScheduleRow,
} from "../../lib/jobs/schedule/index.js";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const daily = { type: "daily" } as const;
const weekly = { type: "cron", expression: "0 3 * * 0" } as const;
const hourly = { type: "cron", expression: "0 * * * *" } as const;
const calendar = openCalendar(defaultScheduleSettings);
const noon = Date.parse("2026-05-04T12:00Z");

/** A project that was backed up the day before yesterday, and is due. */
function row(changes: Partial<ScheduleRow> = {}): ScheduleRow {
  return {
    ...{ project_id: randomUUID(), schedule: daily, enabled: true },
    ...{ covered_at: noon - 2 * dayMs, tried_at: noon - 2 * dayMs },
    ...{ failed_in_a_row: 0, failed_at: null, cancelled: false, busy: false },
    ...{ unprotected_since: null, first_seen_at: noon - 100 * dayMs },
    ...changes,
  };
}

function plan(rows: ScheduleRow[], state: Partial<PlanState> = {}): Due[] {
  return planDue(rows, {
    ...{ calendar, ...afterTick(undefined, noon), now: noon },
    ...state,
  });
}

const isDue = (changes: Partial<ScheduleRow>, state?: Partial<PlanState>) =>
  plan([row(changes)], state).length === 1;

/** The first minute in which it is due. */
function firstDue(
  one: ScheduleRow,
  state: Partial<PlanState>,
  from = noon,
): number {
  for (let now = from; now < from + 30 * dayMs; now += minuteMs) {
    if (plan([one], { ...state, now }).length > 0) return now;
  }
  throw new Error("never due");
}

describe("a project is due", () => {
  const project_id = randomUUID();
  const { due_at } = dueOf(project_id, daily, calendar, noon);

  test("when no backup covers its newest instant", () => {
    expect(isDue({ project_id, covered_at: due_at - 1 })).toBe(true);
    expect(plan([row({ project_id })])[0]).toMatchObject({
      project_id,
      due_at,
    });
  });

  test("no more once a backup has, whoever asked for it", () => {
    expect(isDue({ project_id, covered_at: due_at })).toBe(false);
    expect(isDue({ project_id, covered_at: noon - 1 })).toBe(false);
  });

  test("only if its policy says so, and while no backup waits or runs", () => {
    expect(isDue({})).toBe(true);
    expect(isDue({ enabled: false })).toBe(false);
    expect(isDue({ busy: true })).toBe(false);
  });

  test("no more after somebody cancelled its backup", () => {
    const cancelled = { project_id, cancelled: true };
    const tried_at = noon - minuteMs;
    expect(isDue({ ...cancelled, tried_at })).toBe(false);
    const tomorrow = { now: noon + dayMs };
    expect(isDue({ ...cancelled, tried_at }, tomorrow)).toBe(true);
    // Cancelled before that instant came.
    expect(isDue({ ...cancelled, tried_at: due_at - 1 })).toBe(true);
    expect(isDue({ ...cancelled, tried_at: due_at })).toBe(false);
  });

  test("by cron as well", () => {
    const schedule = { type: "cron", expression: "0 9 * * *" } as const;
    expect(isDue({ schedule })).toBe(true);
    expect(isDue({ schedule, covered_at: noon - 4 * hourMs })).toBe(true);
    expect(isDue({ schedule, covered_at: noon - 3 * hourMs })).toBe(false);
  });
});

describe("a project without any backup", () => {
  const fresh = { covered_at: null, tried_at: null, first_seen_at: noon };

  test("waits for its next instant", () => {
    const one = row(fresh);
    const { next_at } = dueOf(one.project_id, daily, calendar, noon);
    const at = firstDue(one, {});
    expect(at).toBeGreaterThanOrEqual(next_at);
    expect(at).toBeLessThan(next_at + minuteMs);
  });

  test("waits for a day and the spread at most, however rare its schedule", () => {
    for (let i = 0; i < 20; i++) {
      const at = firstDue(row({ ...fresh, schedule: weekly }), {});
      expect(at).toBeGreaterThanOrEqual(noon + dayMs);
      expect(at).toBeLessThanOrEqual(noon + dayMs + 2 * hourMs + minuteMs);
    }
  });

  test("is due if a wrong clock says when it was first seen", () => {
    expect(isDue({ ...fresh, first_seen_at: noon + 400 * dayMs })).toBe(true);
  });
});

describe("a project that fails", () => {
  const failing = (failed_in_a_row: number, changes = {}) =>
    row({ failed_in_a_row, failed_at: noon, tried_at: noon - 1, ...changes });

  test.each([
    [1, 10],
    [2, 20],
    [5, 160],
    [9, 1440],
    [5000, 1440],
  ])(
    "%i times in a row is left alone for %i minutes, up to half of it less",
    (count, minutes) => {
      const waits = Array.from({ length: 40 }, () => {
        return (firstDue(failing(count), {}) - noon) / minuteMs;
      });
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(minutes / 2);
      expect(Math.max(...waits)).toBeLessThanOrEqual(minutes + 1);
      // All that failed at once do not come back at once.
      expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(
        minutes / 4,
      );
    },
  );

  test("is due again at a time of its own, the same each time it is asked", () => {
    const one = failing(4);
    expect(firstDue(one, {})).toBe(firstDue(one, {}));
  });

  test("comes after all others, however old its changes", () => {
    const failed = { failed_at: noon - dayMs, tried_at: noon - dayMs };
    const bad = failing(3, { unprotected_since: 1, ...failed });
    const good = row({ unprotected_since: noon - 1 });
    expect(plan([bad, good]).map(({ failing }) => failing)).toEqual([
      false,
      true,
    ]);
  });

  test("is not let be as though it had been cancelled", () => {
    const failed_at = noon - hourMs;
    const failed = { failed_in_a_row: 1, failed_at, tried_at: failed_at };
    expect(isDue(failed)).toBe(true);
    // A retry, which is written at that instant.
    expect(isDue({ ...failed, cancelled: true })).toBe(false);
    // What waited behind the one that failed.
    const behind = { cancelled: true, tried_at: failed_at - 1 };
    expect(isDue({ ...failed, ...behind })).toBe(true);
  });
});

test("the oldest change goes first; of a project that nothing is known of it may be as old as its backup", () => {
  const rows = [
    row({ unprotected_since: noon - 20 * hourMs }),
    row({ unprotected_since: noon - 30 * hourMs }),
    row({ covered_at: noon - 25 * hourMs }),
    row({ covered_at: null, first_seen_at: noon - 40 * hourMs }),
  ];
  const order = plan(rows).map(({ project_id }) =>
    rows.findIndex((one) => one.project_id === project_id),
  );
  expect(order).toEqual([3, 1, 2, 0]);
});

describe("after an outage", () => {
  const settings = defaultScheduleSettings;
  const resumed = { resumed_at: noon, away_ms: 3 * dayMs };
  const missed = () => row({ covered_at: noon - 4 * dayMs });

  test("what was missed is spread over the catch-up, once", () => {
    const waits = Array.from({ length: 100 }, () => {
      const one = missed();
      const at = firstDue(one, resumed);
      // A backup in that minute covers all that was missed.
      const covered = { ...one, covered_at: at };
      const next = firstDue(covered, resumed, at);
      expect(next).toBeGreaterThan(noon + 12 * hourMs);
      return (at - noon) / minuteMs;
    });
    expect(Math.max(...waits)).toBeLessThanOrEqual(settings.catch_up_minutes);
    expect(Math.max(...waits)).toBeGreaterThan(90);
    const early = waits.filter((wait) => wait <= 60).length;
    expect(early).toBeGreaterThan(25);
    expect(early).toBeLessThan(75);
  });

  test("a short one is caught up sooner, in proportion to the window", () => {
    const state = { resumed_at: noon, away_ms: 15 * minuteMs };
    const waits = Array.from({ length: 200 }, () => {
      return (firstDue(missed(), state) - noon) / minuteMs;
    });
    expect(Math.max(...waits)).toBeLessThanOrEqual(6);
    expect(Math.max(...waits)).toBeGreaterThanOrEqual(4);
  });

  test("one that ends within the window is caught up over the whole time, too", () => {
    const resumed_at = Date.parse("2026-05-05T03:00Z");
    const waits = Array.from({ length: 100 }, () => missed())
      .filter(({ project_id }) => {
        return dueOf(project_id, daily, calendar, resumed_at).due_at > noon;
      })
      .map((one) => {
        const state = { resumed_at, away_ms: 3 * dayMs };
        return (firstDue(one, state, resumed_at) - resumed_at) / minuteMs;
      });
    expect(waits.length).toBeGreaterThan(25);
    expect(Math.max(...waits)).toBeGreaterThan(80);
  });

  test("the regular instant wins where it comes first", () => {
    const midnight = noon + 12 * hourMs;
    const state = { resumed_at: midnight - minuteMs, away_ms: 3 * dayMs };
    for (let i = 0; i < 100; i++) {
      const one = missed();
      const { next_at } = dueOf(one.project_id, daily, calendar, midnight - 1);
      const at = firstDue(one, state, state.resumed_at);
      expect(at).toBeLessThan(next_at + minuteMs);
    }
  });

  test("what comes due after it is due as ever", () => {
    const one = missed();
    const { next_at } = dueOf(one.project_id, daily, calendar, noon);
    const state = { resumed_at: next_at - 1, away_ms: 3 * dayMs };
    expect(plan([one], { ...state, now: next_at })).toHaveLength(1);
  });
});

describe("a clock that was wrong", () => {
  const ahead = noon + 400 * dayMs;

  test("does not leave a project without backups until it is right", () => {
    expect(isDue({ covered_at: ahead })).toBe(true);
    expect(isDue({ covered_at: ahead, tried_at: ahead })).toBe(true);
    const failed = { failed_in_a_row: 9, failed_at: ahead, tried_at: ahead };
    expect(isDue(failed)).toBe(true);
    expect(isDue({}, { resumed_at: ahead, away_ms: dayMs })).toBe(true);
  });

  test("does not have a backup made twice for the milliseconds of a tick", () => {
    expect(isDue({ covered_at: noon + 5 })).toBe(false);
    expect(isDue({ covered_at: noon + 59_000 })).toBe(false);
  });
});

describe("a clock that was set back by two hours", () => {
  const state = { set_at: noon, set_back_ms: 2 * hourMs };
  const due = ({ project_id }: ScheduleRow) =>
    dueOf(project_id, daily, calendar, noon).due_at;
  const inMinutes = (at: number) => Math.ceil(at / minuteMs) * minuteMs;
  const nextOf = (one: ScheduleRow) => inMinutes(due(one) + dayMs);
  /** Of the newest instant, as all are. */
  const covered = () => {
    const one = row();
    return { ...one, covered_at: due(one), tried_at: due(one) };
  };

  test("leaves no change without a backup for longer than the exposure", () => {
    for (let i = 0; i < 100; i++) {
      const one = covered();
      const at = firstDue(one, state);
      const overdue = one.covered_at + (25 - 2) * hourMs;
      expect(at).toBe(inMinutes(overdue));
      expect(plan([one], { ...state, now: at })[0]).toMatchObject({
        ...{ due_at: overdue, ready_at: overdue },
        risk_since: one.covered_at,
      });
      // Without that it comes at its own instant.
      expect(firstDue(one, {})).toBe(nextOf(one));
    }
  });

  test("brings nothing before its own instant, however short the exposure", () => {
    const settings = { ...defaultScheduleSettings, exposure_minutes: 60 };
    const short = { ...state, calendar: openCalendar(settings) };
    const one = covered();
    const at = firstDue(one, short);
    expect(at).toBe(inMinutes(due(one) + dayMs - 2 * hourMs));
  });

  test("that was set forward instead moves nothing", () => {
    const one = covered();
    const forward = { set_at: noon, set_back_ms: -2 * hourMs };
    expect(firstDue(one, forward)).toBe(nextOf(one));
  });

  test("looks at when it changed, where that is known", () => {
    const one = covered();
    const unprotected_since = one.covered_at + 3 * hourMs;
    const at = firstDue({ ...one, unprotected_since }, state);
    expect(at).toBe(nextOf(one));
  });

  test("moves nothing that was backed up since, or goes by a cron expression", () => {
    const since = { ...covered(), covered_at: noon + minuteMs };
    expect(firstDue(since, state)).toBe(nextOf(since));
    const expression = "0 4 * * *";
    const cron = row({
      schedule: { type: "cron", expression },
      covered_at: Date.parse("2026-05-04T04:00Z"),
    });
    // By then it is 26 hours old.
    const four = Date.parse("2026-05-05T04:00Z");
    expect(firstDue(cron, state)).toBe(four);
  });

  test("does not bring back what somebody cancelled", () => {
    const one = covered();
    const tried_at = firstDue(one, state);
    const cancelled = { ...one, tried_at, cancelled: true };
    expect(firstDue(cancelled, state)).toBe(nextOf(one));
    const failed = { failed_at: tried_at + 1, failed_in_a_row: 1 };
    const again = firstDue({ ...one, tried_at, ...failed }, state);
    expect(again - tried_at).toBeLessThanOrEqual(11 * minuteMs);
  });
});

test("of changes that a wrong clock dates later nothing is known", () => {
  const rows = [
    row({ unprotected_since: noon + 3 * hourMs }),
    row({ covered_at: noon + 3 * hourMs }),
    row({ unprotected_since: noon - hourMs }),
  ];
  const order = plan(rows).map(({ project_id }) => project_id);
  expect(order.indexOf(rows[2]!.project_id)).toBe(2);
});

test("what is said to come next is what comes, by any schedule and after any past", () => {
  const past = fc.integer({ min: noon - 5 * dayMs, max: noon });
  const maybe = fc.option(past);
  const set_back_ms = fc.integer({ min: -3 * hourMs, max: 3 * hourMs });
  const away_ms = fc.integer({ min: 10 * minuteMs, max: 3 * dayMs });
  const rows = fc.record({
    project_id: fc.uuid(),
    schedule: fc.constantFrom(daily, weekly, hourly),
    covered_at: maybe,
    tried_at: maybe,
    cancelled: fc.boolean(),
    failed_in_a_row: fc.nat(9),
    failed_at: maybe,
    unprotected_since: maybe,
    first_seen_at: past,
  });
  const states = fc.record({
    ...{ resumed_at: maybe, away_ms, set_at: maybe, set_back_ms },
  });
  fc.assert(
    fc.property(rows, states, (facts, ticks) => {
      const one = row(facts);
      const state = { ...ticks, calendar, now: noon };
      const at = Math.ceil(Math.max(noon, nextDue(one, state).ready_at));
      expect(plan([one], { ...ticks, now: at })).toHaveLength(1);
      // And not before: a minute's steps would take minutes here.
      for (let now = at - 1; now >= noon; now -= 37 * minuteMs) {
        expect(plan([one], { ...ticks, now })).toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
});

test("while a backup waits or runs, the next one is that of the next instant", () => {
  const one = row({ busy: true });
  const { next_at } = dueOf(one.project_id, daily, calendar, noon);
  const state = { calendar, ...afterTick(undefined, noon), now: noon };
  expect(nextDue(one, state).ready_at).toBe(next_at);
});

test("an order does not depend on that of the rows, and nothing is changed", () => {
  const instants = fc.option(
    fc.integer({ min: noon - 5 * dayMs, max: noon + dayMs }),
  );
  const rows = fc.array(
    fc.record({
      project_id: fc.uuid(),
      schedule: fc.constantFrom(daily, weekly),
      enabled: fc.boolean(),
      covered_at: instants,
      tried_at: instants,
      failed_in_a_row: fc.nat(12),
      failed_at: instants,
      cancelled: fc.boolean(),
      busy: fc.boolean(),
      unprotected_since: instants,
      first_seen_at: fc.integer({ min: noon - 9 * dayMs, max: noon }),
    }),
  );
  fc.assert(
    fc.property(rows, (some) => {
      Object.freeze(some);
      const due = plan(some);
      expect(plan(some.toReversed())).toEqual(due);
      for (const { ready_at, due_at, risk_since } of due) {
        expect(Math.max(ready_at, due_at, risk_since)).toBeLessThanOrEqual(
          noon,
        );
      }
    }),
  );
});
