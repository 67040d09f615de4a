import {
  afterTick,
  type SchedulerState,
} from "../../lib/jobs/schedule/index.js";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const now = Date.parse("2026-05-04T03:00Z");

describe("a scheduler", () => {
  const first = afterTick(undefined, now);

  test("missed nothing before its first tick", () => {
    expect(first).toEqual({
      ...{ ticked_at: now, boot_id: null, uptime_ms: null },
      ...{ resumed_at: null, away_ms: 0, set_at: null, set_back_ms: 0 },
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
    expect(resumed).toMatchObject({
      ...{ ticked_at: back, resumed_at: back, away_ms },
    });
    const later = afterTick(resumed, back + minuteMs);
    expect(later).toEqual({ ...resumed, ticked_at: back + minuteMs });
  });

  test("forgets that when a clock is set back before it", () => {
    const resumed = afterTick(first, now + 60 * minuteMs);
    const set = afterTick(resumed, now + 30 * minuteMs);
    expect(set).toMatchObject({ resumed_at: null, away_ms: 0 });
  });
});

describe("a clock that is set", () => {
  const uptime_ms = 7 * hourMs;
  const first = afterTick(undefined, now, { boot_id: "one", uptime_ms });
  /** `wall`: by the host's clock; `real`: by the machine's own. */
  const after = (
    before: SchedulerState,
    { wall, real }: { wall: number; real: number },
  ) =>
    afterTick(before, before.ticked_at + wall, {
      boot_id: before.boot_id ?? "",
      uptime_ms: (before.uptime_ms ?? 0) + real,
    });
  const back = after(first, { wall: -2 * hourMs, real: minuteMs });
  const right = { set_at: null, set_back_ms: 0 };

  test("back is known, when and by how much", () => {
    expect(back).toMatchObject({
      set_at: now - 2 * hourMs,
      set_back_ms: 2 * hourMs + minuteMs,
    });
    const later = after(back, { wall: minuteMs, real: minuteMs });
    expect(later).toMatchObject({
      set_at: back.set_at,
      set_back_ms: back.set_back_ms,
    });
  });

  test("back again is further back", () => {
    const again = after(back, { wall: -1 * hourMs, real: 0 });
    expect(again).toMatchObject({
      set_at: now - 3 * hourMs,
      set_back_ms: 3 * hourMs + minuteMs,
    });
  });

  test.each([
    [-2, 2],
    [3, -3],
  ])("by %i hours and then by %i is right again", (one, other) => {
    const wrong = after(first, { wall: one * hourMs, real: 0 });
    expect(wrong.set_back_ms).toBe(-one * hourMs);
    const mended = after(wrong, { wall: other * hourMs, real: 0 });
    expect(mended).toMatchObject(right);
  });

  test("for two days is as it is from then on", () => {
    const passed = 48 * hourMs + 1;
    expect(after(back, { wall: passed, real: passed })).toMatchObject(right);
  });

  test("by more than half a day was wrong before", () => {
    expect(after(first, { wall: -13 * hourMs, real: 0 })).toMatchObject(right);
  });

  test("by minutes does not count", () => {
    const bit = { wall: -5 * minuteMs, real: minuteMs };
    expect(after(first, bit)).toMatchObject(right);
  });

  test("while nobody looks is seen by the next who does", () => {
    const late = after(first, { wall: 3 * hourMs, real: 5 * hourMs });
    expect(late).toMatchObject({ set_back_ms: 2 * hourMs });
    const away = after(first, { wall: 5 * hourMs, real: 5 * hourMs });
    expect(away).toMatchObject(right);
  });

  test("while the machine was off is seen where the time went backwards", () => {
    const booted = { boot_id: "two", uptime_ms: 1 };
    const earlier = afterTick(first, now - 2 * hourMs, booted);
    expect(earlier).toMatchObject({ set_back_ms: 2 * hourMs });
  });

  test("ahead at a boot, and right again soon, was not set back", () => {
    const booted = { boot_id: "two", uptime_ms: minuteMs };
    const ahead = afterTick(first, now + 8 * hourMs, booted);
    expect(ahead).toMatchObject({ set_back_ms: -8 * hourMs });
    const mended = after(ahead, { wall: -8 * hourMs, real: minuteMs });
    expect(mended).toMatchObject(right);
    // By more than half a day, too: all of it is remembered.
    const days = afterTick(first, now + 26 * hourMs, booted);
    const later = after(days, { wall: -23 * hourMs, real: 0 });
    expect(later.set_back_ms).toBe(-3 * hourMs);
  });
});
