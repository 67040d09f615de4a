import * as fc from "fast-check";
import { openZone } from "../../lib/jobs/zone.js";

const vienna = openZone("Europe/Vienna");
const wall = (text: string) => Date.parse(`${text}Z`);
const instant = (text: string) => Date.parse(text);

describe("a time zone", () => {
  test("shows the time of its place", () => {
    const at = instant("2026-07-01T10:00:00.250Z");
    expect(vienna.wallAt(at)).toBe(wall("2026-07-01T12:00:00.250"));
    const kathmandu = openZone("Asia/Kathmandu");
    expect(kathmandu.wallAt(at)).toBe(wall("2026-07-01T15:45:00.250"));
  });

  test("has midnight at hour 0", () => {
    const at = instant("2026-07-01T22:00:00Z");
    expect(vienna.wallAt(at)).toBe(wall("2026-07-02T00:00:00"));
  });

  test("takes the first of two instants that a clock shows", () => {
    expect(vienna.instantOf(wall("2026-10-25T02:30:00"))).toBe(
      instant("2026-10-25T00:30:00Z"),
    );
  });

  test("takes the end of an hour that a clock jumps over", () => {
    const jump = instant("2026-03-29T01:00:00Z");
    for (const time of ["02:00:00", "02:30:00", "02:59:59"]) {
      expect(vienna.instantOf(wall(`2026-03-29T${time}`))).toBe(jump);
    }
    expect(vienna.instantOf(wall("2026-03-29T01:59:59"))).toBe(jump - 1000);
    expect(vienna.instantOf(wall("2026-03-29T03:00:00"))).toBe(jump);
  });

  test("is the system's without a name, and must exist", () => {
    const here = openZone(undefined);
    const now = new Date(2026, 6, 1, 9, 30);
    expect(here.wallAt(now.getTime())).toBe(wall("2026-07-01T09:30:00"));
    expect(() => openZone("Europe/Wien")).toThrow(RangeError);
  });

  test.each([
    "Europe/Vienna",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Chatham",
  ])(
    "%s finds the instant of what it shows, or an earlier one that shows the same",
    (name) => {
      const zone = openZone(name);
      const within = {
        min: instant("2020-01-01T00:00:00Z"),
        max: instant("2030-01-01T00:00:00Z"),
      };
      fc.assert(
        fc.property(fc.integer(within), (at) => {
          const found = zone.instantOf(zone.wallAt(at));
          expect(zone.wallAt(found)).toBe(zone.wallAt(at));
          expect(found).toBeLessThanOrEqual(at);
          expect(found).toBeGreaterThanOrEqual(at - 3_600_000);
        }),
        { numRuns: 300 },
      );
    },
  );
});
