import { Window, Windows } from "../../../lib/standalone/router/window.js";

const limit = { limit: 3, windowMs: 1000, blockMs: 5000 };

function hits(window: Window, count: number, now: number): number[] {
  return Array.from({ length: count }, () => window.hit(now));
}

test("the limit is let through, and what is beyond it blocked for a time", () => {
  const window = new Window(limit);
  expect(hits(window, 4, 100)).toEqual([0, 0, 0, 5000]);
  expect(window.hit(2100)).toBe(3000);
  expect(window.blockedFor(5099)).toBe(1);
  expect(hits(window, 4, 5100)).toEqual([0, 0, 0, 5000]);
});

test("each window counts anew, from its first event", () => {
  const window = new Window(limit);
  expect(hits(window, 3, 900)).toEqual([0, 0, 0]);
  expect(hits(window, 3, 1900)).toEqual([0, 0, 0]);
  expect(window.hit(2899)).toBe(5000);
});

test("what is large counts as much as it is", () => {
  const window = new Window(limit);
  expect(window.hit(0, 2)).toBe(0);
  expect(window.hit(0, 2)).toBe(5000);
});

test("keys do not count for each other, and old ones are forgotten", () => {
  const windows = new Windows(limit);
  for (let count = 0; count < 4; count++) windows.hit("flood", 0);
  expect(windows.blockedFor("flood", 0)).toBe(5000);
  expect(windows.blockedFor("calm", 0)).toBe(0);
  expect(windows.hit("calm", 0)).toBe(0);
  expect(windows.size).toBe(2);
  // Only what is over may go: the block is not.
  windows.hit("other", 1500);
  expect(windows.blockedFor("flood", 1500)).toBe(3500);
  expect(windows.blockedFor("flood", 5000)).toBe(0);
  windows.hit("other", 6000);
  expect(windows.size).toBe(1);
});
