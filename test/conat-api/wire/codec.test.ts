import { decode, encode } from "@msgpack/msgpack";
import {
  bytesOf,
  decodeValue,
  encodeValue,
} from "../../../conat-api/wire/codec.js";

// The real one; only its calls are counted.
jest.mock("@msgpack/msgpack", () => {
  const real = jest.requireActual<object>("@msgpack/msgpack");
  return { ...real, decode: jest.fn((real as { decode(): unknown }).decode) };
});

const values: [string, unknown][] = [
  ["nothing", null],
  ["numbers", [0, 127, 128, 255, 65_536, 2 ** 40, -1, -33, -40_000, 1.5]],
  ["big numbers", [2 ** 32, -(2 ** 31), -(2 ** 40), Number.MAX_SAFE_INTEGER]],
  ["texts", ["", "ü", "x".repeat(31), "x".repeat(300), "x".repeat(70_000)]],
  ["a date", new Date(1_700_000_000_123)],
  ["a date of long ago", new Date(-5_000_000_000_000)],
  ["bytes", [10, 300, 70_000].map((size) => new Uint8Array(size).fill(7))],
  ["lists", [[], Array(20).fill(1), Array(70_000).fill(true)]],
  [
    "objects",
    Object.fromEntries(Array.from({ length: 70_000 }, (_v, i) => [`k${i}`, i])),
  ],
  ["what is nested", { a: [{ b: [[[{ c: null }]]] }], d: { e: {} } }],
];

test.each(values)("%s goes through MessagePack", (_what, value) => {
  expect(decodeValue(encodeValue(value), 0)).toEqual(value);
});

test("JSON goes through as JSON", () => {
  const bytes = encodeValue({ a: "ü" }, 1);
  expect(new TextDecoder().decode(bytes)).toBe('{"a":"ü"}');
  expect(decodeValue(bytes, 1)).toEqual({ a: "ü" });
});

test("undefined is null, and absent in an object", () => {
  expect(decodeValue(encodeValue(undefined), 0)).toBeNull();
  expect(decodeValue(encodeValue(undefined, 1), 1)).toBeNull();
  const keys = decodeValue(encodeValue({ a: undefined, b: 1 }), 0);
  expect(keys).toEqual({ b: 1 });
  expect(Object.keys(keys as object)).toEqual(["b"]);
});

/** Lists of lists, each said to have `count` items; nothing follows. */
function announced(count: number, depth: number): Uint8Array {
  const bytes = new Uint8Array(5 * depth);
  const view = new DataView(bytes.buffer);
  for (let level = 0; level < depth; level += 1) {
    view.setUint8(5 * level, 0xdd);
    view.setUint32(5 * level + 1, count);
  }
  return bytes;
}

/** Lists of one list each, and null in the innermost. */
const nested = (depth: number) =>
  Uint8Array.from([...Array<number>(depth).fill(0x91), 0xc0]);

test("a few bytes that announce a huge list are refused before they are decoded", () => {
  const decoder = jest.mocked(decode);
  decoder.mockClear();
  expect(() => decodeValue(announced(30_000_000, 5), 0)).toThrow(/decoded/);
  expect(decoder).not.toHaveBeenCalled();
  expect(decodeValue(encode([1]), 0)).toEqual([1]);
  expect(decoder).toHaveBeenCalledTimes(1);
});

test.each<[string, Uint8Array, unknown]>([
  ["an empty message", new Uint8Array(), 0],
  ["a text cut short", encode("abcdef").subarray(0, 3), 0],
  ["a list cut short", encode([1, 2, 3]).subarray(0, 3), 0],
  ["two values", Uint8Array.from([1, 2]), 0],
  ["a type that is not there", Uint8Array.from([0xc1]), 0],
  ["lists a hundred and one deep", nested(101), 0],
  ["half of JSON", new TextEncoder().encode('{"a":'), 1],
  ["an encoding that is not there", Uint8Array.from([1]), 2],
  ["an encoding that is no number", Uint8Array.from([1]), "0"],
])("%s cannot be decoded", (_what, bytes, encoding) => {
  expect(() => decodeValue(bytes, encoding)).toThrow(
    "The payload of the message cannot be decoded.",
  );
});

test("bytes are bytes, however a socket gives them", () => {
  const bytes = Uint8Array.from([1, 2, 3]);
  expect(bytesOf(Buffer.from(bytes))).toEqual(bytes);
  expect(bytesOf(bytes.buffer)).toEqual(bytes);
  expect(bytesOf(bytes.subarray(1))).toEqual(Uint8Array.from([2, 3]));
  for (const other of ["abc", null, undefined, [1], { length: 3 }]) {
    expect(bytesOf(other)).toBeUndefined();
  }
});
