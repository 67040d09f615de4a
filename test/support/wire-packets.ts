/** Frames of a socket, as text and bytes, to packets and back. */

import { decode, encode } from "@msgpack/msgpack";

export type Packet =
  /** The first text of a server: {sid, pingInterval, ...}. */
  | { type: "handshake"; data: unknown }
  | { type: "ping" }
  | { type: "pong" }
  | { type: "disconnect" }
  | { type: "connect"; data: unknown }
  /** `ack`: the id that the answer will carry, if one is wanted. */
  | { type: "event"; ack?: number; args: unknown[] }
  | { type: "ack"; ack: number; args: unknown[] };

/** What a binary frame held, where its placeholder stood. */
export class Payload {
  constructor(
    readonly encoding: unknown,
    readonly value: unknown,
  ) {}
}

export type WireFrame = string | Uint8Array;

/** Reads the frames of one connection in one direction, in their order. */
export function packetReader(): (frame: WireFrame) => Packet | undefined {
  let waiting: { text: string; count: number; found: Uint8Array[] } | undefined;
  return (frame) => {
    if (typeof frame === "string") {
      const count = Number(/^4[56](\d+)-/.exec(frame)?.[1] ?? 0);
      if (count === 0) return readText(frame, []);
      waiting = { text: frame, count, found: [] };
      return undefined;
    }
    if (!waiting) throw new Error("bytes that no text announced");
    waiting.found.push(frame);
    if (waiting.found.length < waiting.count) return undefined;
    const { text, found } = waiting;
    waiting = undefined;
    return readText(text, found);
  };
}

/** One text frame, and a binary one for each payload. */
export function writePacket(packet: Packet): WireFrame[] {
  if (packet.type === "handshake") return [`0${JSON.stringify(packet.data)}`];
  if (packet.type === "ping") return ["2"];
  if (packet.type === "pong") return ["3"];
  if (packet.type === "disconnect") return ["41"];
  if (packet.type === "connect") return [`40${JSON.stringify(packet.data)}`];
  const found: Uint8Array[] = [];
  const json = JSON.stringify(packet.args, (_key, value: unknown) => {
    if (!(value instanceof Payload)) return value;
    found.push(encodePayload(value));
    return { _placeholder: true, num: found.length - 1 };
  });
  const kind = (packet.type === "ack" ? 3 : 2) + (found.length ? 3 : 0);
  const count = found.length ? `${found.length}-` : "";
  return [`4${kind}${count}${packet.ack ?? ""}${json}`, ...found];
}

function readText(text: string, found: Uint8Array[]): Packet {
  if (text.startsWith("0"))
    return { type: "handshake", data: JSON.parse(text.slice(1)) };
  if (text === "2") return { type: "ping" };
  if (text === "3") return { type: "pong" };
  if (text === "41") return { type: "disconnect" };
  if (text.startsWith("40"))
    return { type: "connect", data: JSON.parse(text.slice(2) || "null") };
  const match = /^4([2356])(?:\d+-)?(\d*)(\[[^]*)$/.exec(text);
  if (!match) throw new Error(`not a frame that we know: ${text}`);
  const [, kind, id, json] = match;
  const args = place(JSON.parse(json as string), found) as unknown[];
  if (kind === "3" || kind === "6")
    return { type: "ack", ack: Number(id), args };
  return id
    ? { type: "event", ack: Number(id), args }
    : { type: "event", args };
}

/** Payloads in their places: the number before one is its encoding. */
function place(value: unknown, found: Uint8Array[], before?: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => place(item, found, value[index - 1]));
  }
  if (typeof value !== "object" || value === null) return value;
  const { _placeholder, num } = value as Record<string, unknown>;
  if (_placeholder === true)
    return decodePayload(before, found[Number(num)] as Uint8Array);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, place(item, found)]),
  );
}

function decodePayload(encoding: unknown, bytes: Uint8Array): Payload {
  const value =
    encoding === 1
      ? JSON.parse(new TextDecoder().decode(bytes))
      : decode(bytes);
  return new Payload(encoding, plain(value));
}

function encodePayload({ encoding, value }: Payload): Uint8Array {
  return encoding === 1
    ? new TextEncoder().encode(JSON.stringify(value))
    : encode(value, { ignoreUndefined: true });
}

/** Bytes of any realm and kind as one kind, so that they can be compared. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return Uint8Array.from(new Uint8Array(buffer, byteOffset, byteLength));
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (Object.prototype.toString.call(value) === "[object Date]") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, plain(item)]),
  );
}
