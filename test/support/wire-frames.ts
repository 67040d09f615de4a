/**
 * The recording of a real Conat server with three clients (host, alice,
 * nobody): test/conat-api/wire/conat-frames.ndjson, one line a frame as it
 * went over the socket. Either side is tested by playing the other.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Packet, packetReader, Payload } from "./wire-packets.js";

export type Direction = "c2s" | "s2c";

export type Recorded = {
  /** What was being done: the recording's last note. */
  note: string;
  conn: string;
} & (
  | { dir: Direction; packet: Packet }
  | { opens: string }
  | { closed: "client" | "server" }
);

const file = join(__dirname, "../conat-api/wire/conat-frames.ndjson");

/** All that was recorded, in its order; of one connection when named. */
export function readRecording(conn?: string): Recorded[] {
  const readers = new Map<string, ReturnType<typeof packetReader>>();
  const recorded: Recorded[] = [];
  let note = "";
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (!line) continue;
    const entry = JSON.parse(line) as Line;
    if ("note" in entry) note = entry.note;
    else if ("open" in entry)
      recorded.push({ note, conn: entry.conn, opens: entry.open });
    else if ("closed" in entry) recorded.push({ note, ...entry });
    else {
      const key = `${entry.conn} ${entry.dir}`;
      const read = readers.get(key) ?? packetReader();
      readers.set(key, read);
      const packet = read(
        "text" in entry ? entry.text : Buffer.from(entry.bin, "base64"),
      );
      if (packet)
        recorded.push({ note, conn: entry.conn, dir: entry.dir, packet });
    }
  }
  return recorded.filter((entry) => !conn || entry.conn === conn);
}

type Line =
  | { note: string }
  | { conn: string; dir: Direction; open: string }
  | { conn: string; dir: Direction; text: string }
  | { conn: string; dir: Direction; bin: string }
  | { conn: string; closed: "client" | "server" };

/**
 * Which random id of the recording is which one seen, learned by comparing:
 * a recorded id is always the same seen id, and no two are one. Ids are
 * tokens of subjects, socket ids, and the numbers of acks (by connection and
 * direction: give each a name).
 */
export class Ids {
  readonly #seen = new Map<string, unknown>();
  readonly #taken = new Set<string>();

  /** The recorded packet with the ids, and the timings, of the seen one. */
  asSeen<T extends Packet>(recorded: T, seen?: Packet, side = ""): T {
    const packet = this.#walk(recorded, seen, "") as T;
    if ("ack" in recorded && recorded.ack !== undefined) {
      const ack = seen && "ack" in seen ? seen.ack : undefined;
      const key = `${side} ack ${recorded.ack}`;
      Object.assign(packet, { ack: this.#seenFor(key, ack, recorded.ack) });
    }
    return packet;
  }

  #walk(recorded: unknown, seen: unknown, key: string): unknown {
    if (key === "ack") return recorded;
    if (typeof recorded === "string") {
      return key === "sid"
        ? this.#seenFor(recorded, ifLike(socketId, seen), recorded)
        : this.#subject(recorded, seen);
    }
    if (/^server\w+Ms$/.test(key) && typeof seen === "number") return seen;
    if (recorded instanceof Payload) return recorded;
    if (typeof recorded !== "object" || recorded === null) return recorded;
    const other = (seen ?? {}) as Record<string, unknown>;
    if (Array.isArray(recorded)) {
      return recorded.map((item, index) =>
        this.#walk(item, other[index], String(index)),
      );
    }
    return Object.fromEntries(
      Object.entries(recorded).map(([name, item]) => [
        name,
        this.#walk(item, other[name], name),
      ]),
    );
  }

  #subject(recorded: string, seen: unknown): string {
    const tokens = typeof seen === "string" ? seen.split(".") : [];
    return recorded
      .split(".")
      .map((token, index) =>
        randomId.test(token)
          ? this.#seenFor(token, ifLike(randomId, tokens[index]), token)
          : token,
      )
      .join(".");
  }

  #seenFor<T>(key: string, seen: unknown, otherwise: T): T {
    if (!this.#seen.has(key)) {
      if (seen === undefined || seen === "") return otherwise;
      const taken = `${key.replace(/\d+$/, "")} ${String(seen)}`;
      const mark = typeof seen === "number" ? taken : String(seen);
      if (this.#taken.has(mark)) return otherwise;
      this.#taken.add(mark);
      this.#seen.set(key, seen);
    }
    return this.#seen.get(key) as T;
  }
}

const randomId = /^[2-9A-HJ-NP-Z]{10}$/;
const socketId = /^[\w-]{20}$/;

/** What has another shape is no id, and stands for none. */
const ifLike = (shape: RegExp, seen: unknown): unknown =>
  typeof seen === "string" && shape.test(seen) ? seen : undefined;

/** Whose count the ack of a packet is of: who asked gave the number. */
export function ackSide({
  conn,
  dir,
  packet,
}: {
  conn: string;
  dir: Direction;
  packet: Packet;
}): string {
  const asker = (packet.type === "ack") === (dir === "c2s") ? "s2c" : "c2s";
  return `${conn} ${asker}`;
}

/** Are they one but for ids that were random? */
export function sameShape(
  recorded: Packet,
  seen: Packet,
  ids = new Ids(),
  side = "",
): boolean {
  return isDeepStrictEqual(ids.asSeen(recorded, seen, side), seen);
}
