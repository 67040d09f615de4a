import {
  admit,
  afterTick,
  defaultScheduleSettings as settings,
  type Due,
  roomFor,
  type SchedulerState,
} from "../../lib/jobs/schedule/index.js";

const minuteMs = 60_000;
const now = Date.parse("2026-05-04T03:00Z");
const calm = { high: false };
const high = { high: true };

function due(project_id: string, waits = 1, risk = 60): Due {
  return {
    ...{ project_id, failing: false, due_at: now - waits * minuteMs },
    ready_at: now - waits * minuteMs,
    risk_since: now - risk * minuteMs,
  };
}

describe("the gate", () => {
  const all = [due("a"), due("b"), due("c")];

  test("lets in as many as there is room for, in their order", () => {
    const pressure = calm;
    expect(admit(all, { room: 2, now, pressure, settings })).toEqual([
      "a",
      "b",
    ]);
    expect(admit(all, { room: 9, now, pressure, settings })).toEqual([
      ...["a", "b", "c"],
    ]);
    expect(admit(all, { room: 0, now, pressure, settings })).toEqual([]);
    expect(admit(all, { room: -1, now, pressure, settings })).toEqual([]);
  });

  test("under pressure lets in only what has waited too long", () => {
    const { starvation_minutes: most } = settings;
    const some = [due("a"), due("b", most), due("c", most + 1), due("d", 999)];
    const gate = { now, pressure: high, settings };
    expect(admit(some, { ...gate, room: 9 })).toEqual(["c", "d"]);
    expect(admit(some, { ...gate, room: 1 })).toEqual(["c"]);
  });

  test("and what risks too much", () => {
    const { exposure_minutes: most } = settings;
    const some = [due("a", 1, most), due("b", 1, most + 1)];
    const gate = { room: 9, now, pressure: high, settings };
    expect(admit(some, gate)).toEqual(["b"]);
  });
});

describe("the queue", () => {
  const fleet = { cap: 2, waiting: 0, projects: 10_000, settings };

  test("takes a fifth more than come due in a minute", () => {
    expect(roomFor(fleet)).toBe(34);
    expect(roomFor({ ...fleet, waiting: 30 })).toBe(4);
    expect(roomFor({ ...fleet, waiting: 50 })).toBe(0);
  });

  test("of a small host holds four for each place", () => {
    expect(roomFor({ ...fleet, projects: 3 })).toBe(8);
    expect(roomFor({ ...fleet, cap: 16 })).toBe(64);
  });
});

describe("a scheduler", () => {
  const first = afterTick(undefined, now);

  test("missed nothing before its first tick", () => {
    expect(first).toEqual({
      ...{ ticked_at: now, resumed_at: null, away_ms: 0 },
      ...{ set_back_at: null, set_back_ms: 0 },
    });
  });

  test("that is slow was not away", () => {
    const later = afterTick(first, now + 10 * minuteMs);
    expect(later).toEqual({ ...first, ticked_at: now + 10 * minuteMs });
  });

  test("remembers since when it is back, and how long it was away", () => {
    const back = now + 11 * minuteMs;
    const resumed = afterTick(first, back);
    const away_ms = 11 * minuteMs;
    expect(resumed).toEqual({
      ...{ ...first, ticked_at: back },
      ...{ resumed_at: back, away_ms },
    });
    const later = afterTick(resumed, back + minuteMs);
    expect(later).toEqual({ ...resumed, ticked_at: back + minuteMs });
  });

  test("forgets that when a clock is set back before it", () => {
    const resumed = afterTick(first, now + 60 * minuteMs);
    const set = afterTick(resumed, now + 30 * minuteMs);
    expect(set).toEqual({ ...first, ticked_at: now + 30 * minuteMs });
  });

  describe("whose clock is set back", () => {
    const hour = 60 * minuteMs;
    const after = (
      before: SchedulerState,
      { wall, real }: { wall: number; real: number },
    ) => afterTick(before, before.ticked_at + wall, real);
    const back = after(first, { wall: -2 * hour, real: minuteMs });

    test("knows when, and by how much", () => {
      expect(back).toMatchObject({
        set_back_at: now - 2 * hour,
        set_back_ms: 2 * hour + minuteMs,
      });
      const later = after(back, { wall: minuteMs, real: minuteMs });
      expect(later).toEqual({ ...back, ticked_at: back.ticked_at + minuteMs });
    });

    test("has all that it was set back by, in several steps", () => {
      const again = after(back, { wall: -1 * hour, real: 0 });
      expect(again).toMatchObject({
        set_back_at: now - 3 * hour,
        set_back_ms: 3 * hour + minuteMs,
      });
    });

    test("is right again once it is set forward", () => {
      const half = after(back, { wall: hour, real: minuteMs });
      expect(half.set_back_at).toBe(back.set_back_at);
      expect(half.set_back_ms).toBe(hour + 2 * minuteMs);
      const whole = after(half, { wall: 3 * hour, real: minuteMs });
      expect(whole).toMatchObject({ set_back_at: null, set_back_ms: 0 });
    });

    test("forgets it after two days, or where it was off by half a day", () => {
      const day = 24 * hour;
      const late = after(back, { wall: 2 * day + 1, real: 2 * day + 1 });
      expect(late).toMatchObject({ set_back_at: null, set_back_ms: 0 });
      const far = after(first, { wall: -13 * hour, real: 0 });
      expect(far).toMatchObject({ set_back_at: null, set_back_ms: 0 });
    });

    test("takes no notice of minutes, nor of what nobody measured", () => {
      const bit = after(first, { wall: -5 * minuteMs, real: minuteMs });
      expect(bit.set_back_at).toBeNull();
      expect(afterTick(first, now - 2 * hour).set_back_at).toBeNull();
      const unseen = afterTick(back, back.ticked_at - hour);
      expect(unseen.set_back_at).toBe(back.ticked_at - hour);
      expect(unseen.set_back_ms).toBe(back.set_back_ms);
    });
  });
});
