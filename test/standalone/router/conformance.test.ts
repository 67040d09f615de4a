/** The recording of a real router, played again with this one in its place. */

import { openRaw, type RawClient } from "../../support/router-client.js";
import { startRouter, type TestRouter } from "../../support/router-server.js";
import { until } from "../../support/until.js";
import {
  Ids,
  readRecording,
  sameShape,
  type Recorded,
} from "../../support/wire-frames.js";
import type { Packet } from "../../support/wire-packets.js";

let router: TestRouter;
beforeAll(async () => {
  router = await startRouter();
});
afterAll(() => router.close());

const otherWay = { c2s: "s2c", s2c: "c2s" } as const;

/** The side that numbered its acknowledgement. */
const sideOf = (conn: string, dir: "c2s" | "s2c", { type }: Packet) =>
  `${conn} ${type === "ack" ? otherWay[dir] : dir}`;

test("each frame of the router is the one that was recorded", async () => {
  const ids = new Ids();
  const clients = new Map<string, RawClient>();
  const found: [note: string, packet: Packet][] = [];
  const expected: [note: string, packet: Packet][] = [];
  const play = async (entry: Recorded) => {
    const { conn } = entry;
    if ("opens" in entry) {
      clients.set(conn, await openRaw(router.url, entry.opens));
      return;
    }
    const client = clients.get(conn) as RawClient;
    if ("closed" in entry) {
      if (entry.closed === "client") client.websocket.close();
      else await until(client.isClosed);
    } else if (entry.dir === "c2s") {
      const side = sideOf(conn, "c2s", entry.packet);
      client.send(ids.asSeen(entry.packet, undefined, side));
    } else {
      const seen = await client.next();
      const side = sideOf(conn, "s2c", entry.packet);
      found.push([entry.note, seen]);
      expected.push([entry.note, ids.asSeen(entry.packet, seen, side)]);
    }
  };
  for (const entry of readRecording()) await play(entry);
  expect(found).toEqual(expected);
  expect(found).toHaveLength(40);
  // Nothing came that was not recorded, besides farewells.
  const rest = [...clients.values()].flatMap(({ unread }) => unread);
  expect(rest.filter(({ type }) => type !== "disconnect")).toEqual([]);
  await until(() => router.counts().sockets === 0);
});

test("who was refused is told why, and disconnected", async () => {
  const client = await openRaw(router.url);
  client.send({ type: "connect", data: { bearer: "wrong" } });
  await until(client.isClosed);
  expect(client.unread.slice(2)).toEqual([
    {
      type: "event",
      args: [
        "info",
        {
          max_payload: 8_000_000,
          id: "0",
          user: { error: "Error: no such token" },
        },
      ],
    },
    { type: "disconnect" },
  ]);
});

test.each([
  ["publish", "_INBOX.x.ABCDEFGHJK", "_INBOX.x.23456789ZZ", true],
  ["publish", "_INBOX.x.ABCDEFGHJK", "_INBOX.x.1BCDEFGHJK", false],
  ["publish", "_INBOX.x.ABCDEFGHJK", "_INBOX.x.ABCDEFGHJKL", false],
  ["publish", "_INBOX.x.ABCDEFGHJK", "_INBOX.x.", false],
  ["publish", "_INBOX.x.y", "_INBOX.x.z", false],
])(
  "an id is another one only when it has its shape: %s %s, %s",
  (event, recorded, seen, isSame) => {
    const packet = (subject: string): Packet => ({
      type: "event",
      args: [event, { subject }],
    });
    expect(sameShape(packet(recorded), packet(seen))).toBe(isSame);
  },
);

test.each([
  ["Ab-_567890abcdefghij", true],
  ["short", false],
  ["Ab-_567890abcdefghi=", false],
])("the id of a socket has its shape: %s", (sid, isSame) => {
  const packet = (id: string): Packet => ({
    type: "connect",
    data: { sid: id },
  });
  expect(sameShape(packet("aaaaaaaaaaaaaaaaaaaa"), packet(sid))).toBe(isSame);
});
