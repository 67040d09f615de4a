import {
  admit,
  defaultScheduleSettings as settings,
  type Due,
  roomFor,
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
