import { chunkBytes, splitMessage } from "../../../conat-api/wire/chunks.js";
import { Reassembly } from "../../../conat-api/wire/reassemble.js";

const raw = Uint8Array.from({ length: 5000 }, (_v, index) => index % 251);
const headers = { "CN-Reply": "_INBOX.a" };

/** Without their subjects: what a subscription hears. */
const split = (): unknown[][] =>
  splitMessage("a.b", { raw, encoding: 0, headers }, 102_000).map(
    ([, ...data]) => data,
  );

let reassembly: Reassembly;
beforeEach(() => {
  reassembly = new Reassembly();
});
afterEach(() => {
  reassembly.clear();
  jest.useRealTimers();
});

const addAll = (chunks: unknown[], pattern = "a.*") =>
  chunks.map((chunk) => reassembly.add(pattern, chunk));

test("a chunk leaves room for subject and headers, and is never tiny", () => {
  expect(chunkBytes(8_000_000)).toBe(7_900_000);
  expect(chunkBytes(50)).toBe(1000);
});

test("a message is split, numbered, and its headers go with the last", () => {
  const chunks = splitMessage("a.b", { raw, encoding: 1, headers }, 102_000);
  const [first] = chunks;
  expect(chunks).toEqual([
    ["a.b", first?.[1], 0, 0, 1, raw.subarray(0, 2000)],
    ["a.b", first?.[1], 1, 0, 1, raw.subarray(2000, 4000)],
    ["a.b", first?.[1], 2, 1, 1, raw.subarray(4000), headers],
  ]);
  const empty = { raw: new Uint8Array(), encoding: 0 } as const;
  expect(splitMessage("a", empty, 0)).toHaveLength(1);
});

test("its chunks are the message again, beside those of others", () => {
  const [one, two] = [split(), split()];
  const mixed = one.flatMap((chunk, index) => [chunk, two[index]]);
  const whole = addAll(mixed).filter(Boolean);
  expect(whole).toEqual([
    { raw, encoding: 0, headers },
    { raw, encoding: 0, headers },
  ]);
});

test("two subscriptions that hear one message get it whole, each", () => {
  const chunks = split();
  const whole = chunks.flatMap((chunk) => [
    reassembly.add("a.*", chunk),
    reassembly.add("*.b", chunk),
  ]);
  expect(whole.filter(Boolean)).toHaveLength(2);
});

test.each([
  ["the first is lost", [1, 2]],
  ["one is lost", [0, 2]],
  ["one comes twice", [0, 1, 1, 2]],
  ["they come in another order", [0, 2, 1]],
])("when %s the message is dropped, all of it", (_what, order) => {
  const chunks = split();
  expect(addAll(order.map((index) => chunks[index]))).toEqual(
    order.map(() => undefined),
  );
  // And leaves nothing that the next could be mistaken for.
  expect(addAll(split()).at(-1)).toBeDefined();
});

test("what is not a chunk is nothing", () => {
  const bad = [null, "x", [], [1, 0, 1, 0, raw], ["id", 0, 1, 0, "text"]];
  expect(addAll(bad)).toEqual(bad.map(() => undefined));
});

test("a message that hears nothing for two minutes is dropped", () => {
  jest.useFakeTimers();
  const [slow, stuck] = [split(), split()];
  addAll([slow[0], stuck[0]]);
  jest.advanceTimersByTime(119_000);
  addAll([slow[1]]);
  jest.advanceTimersByTime(2_000);
  expect(addAll([slow[2], stuck[1], stuck[2]]).map(Boolean)).toEqual([
    true,
    false,
    false,
  ]);
  jest.advanceTimersByTime(200_000);
  expect(jest.getTimerCount()).toBe(0);
});

test("messages that never end push each other out, not the memory", () => {
  reassembly = new Reassembly({ maxBytes: 10_000, idleMs: 1000 });
  const flood = Array.from({ length: 50 }, split);
  addAll(flood.map(([first]) => first));
  const [, ...rests] = flood.map((chunks) => chunks.slice(1));
  const finished = rests.flatMap((rest) => addAll(rest)).filter(Boolean);
  // The last four fit; as one of them grows another gives way.
  expect(finished).toHaveLength(3);
});

test("one message that never ends is dropped too, bytes or none", () => {
  reassembly = new Reassembly({ maxBytes: 10_000, idleMs: 1000 });
  const none = new Uint8Array();
  const chunks = Array.from({ length: 60 }, (_v, seq) => [
    "id",
    seq,
    seq === 59 ? 1 : 0,
    0,
    none,
  ]);
  expect(addAll(chunks).filter(Boolean)).toEqual([]);
  expect(
    addAll(chunks.slice(0, 30).concat([["id", 30, 1, 0, none]])).at(-1),
  ).toBeDefined();
});

test("nothing is left of a connection that was lost", () => {
  jest.useFakeTimers();
  const chunks = split();
  addAll(chunks.slice(0, 2));
  reassembly.clear();
  expect(jest.getTimerCount()).toBe(0);
  expect(addAll([chunks[2]])).toEqual([undefined]);
});
