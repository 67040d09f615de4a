/** Values to bytes and back: 0 is MessagePack, 1 is JSON. */

import { decode, encode } from "@msgpack/msgpack";
import { ConatError } from "./errors.js";
import { checkMessagePack } from "./check-msgpack.js";

export type Encoding = 0 | 1;

/** @throws what cannot be encoded: a BigInt, a circle. */
export function encodeValue(value: unknown, encoding: Encoding = 0) {
  if (encoding === 0) return encode(value, { ignoreUndefined: true });
  return new TextEncoder().encode(JSON.stringify(value) ?? "null");
}

/** @throws ConatError: anyone may have sent these bytes. */
export function decodeValue(bytes: Uint8Array, encoding: unknown): unknown {
  try {
    if (encoding === 1) return JSON.parse(new TextDecoder().decode(bytes));
    if (encoding === 0) {
      checkMessagePack(bytes);
      return decode(bytes);
    }
  } catch (cause) {
    throw Object.assign(undecodable(), { cause });
  }
  throw undecodable();
}

const undecodable = () =>
  new ConatError("The payload of the message cannot be decoded.");

/** Bytes as sockets give them: views in Node, buffers in browsers. */
export function bytesOf(raw: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(raw)) {
    return new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength);
  }
  const tag = Object.prototype.toString.call(raw);
  return tag === "[object ArrayBuffer]"
    ? new Uint8Array(raw as ArrayBuffer)
    : undefined;
}
