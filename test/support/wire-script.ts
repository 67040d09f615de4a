/** A server that plays its side of the recording, and notes the other's. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { ackSide, Ids, type Recorded } from "./wire-frames.js";
import { type Packet, packetReader, writePacket } from "./wire-packets.js";

/** A packet that a client sent, and the one that it should have been. */
export interface Compared {
  conn: string;
  expected: Packet;
  seen: Packet;
}

export interface Script {
  address: string;
  /** Plays all that was recorded under the next note. */
  play(): Promise<Compared[]>;
  /** What clients sent beyond what was played. */
  unexpected(): Packet[];
  close(): Promise<void>;
}

/** The connections are named in the order in which they open. */
export async function startScript(recording: Recorded[]): Promise<Script> {
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  const peers = new Map<string, Peer>();
  const names = new Set(recording.map(({ conn }) => conn));
  const free = names.values();
  server.on("connection", (socket, { url }) => {
    const conn = free.next().value ?? "unexpected";
    peers.set(conn, new Peer(socket, String(url)));
  });
  await new Promise<void>((resolve) => {
    http.listen(0, "127.0.0.1", resolve);
  });
  const rest = [...recording];
  const ids = new Ids();
  return {
    address: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    play: () => playNote(rest, peers, ids),
    unexpected: () => [...peers.values()].flatMap(({ packets }) => packets),
    async close() {
      for (const { socket } of peers.values()) socket.terminate();
      server.close();
      await new Promise((resolve) => {
        http.close(resolve);
      });
    },
  };
}

class Peer {
  readonly packets: Packet[] = [];
  closed = false;

  constructor(
    readonly socket: WebSocket,
    readonly url: string,
  ) {
    const read = packetReader();
    socket.on("message", (data: Buffer, isBinary) => {
      const packet = read(isBinary ? data : data.toString());
      if (packet && packet.type !== "pong") this.packets.push(packet);
    });
    socket.on("close", () => {
      this.closed = true;
    });
  }
}

async function playNote(
  rest: Recorded[],
  peers: Map<string, Peer>,
  ids: Ids,
): Promise<Compared[]> {
  const compared: Compared[] = [];
  const note = rest[0]?.note;
  while (rest[0] && rest[0].note === note) {
    const entry = rest.shift() as Recorded;
    const { conn } = entry;
    const what = `${note}: ${JSON.stringify(entry)}`;
    const peer = await soon(() => peers.get(conn), what);
    if ("opens" in entry) {
      if (peer.url !== entry.opens) throw new Error(`opened at ${peer.url}`);
    } else if ("closed" in entry) {
      await soon(() => peer.closed, what);
    } else if (entry.dir === "s2c") send(peer, entry, ids);
    else {
      const seen = await soon(() => peer.packets.shift(), what);
      const side = ackSide(entry);
      const expected = ids.asSeen(entry.packet, seen, side);
      compared.push({ conn, expected, seen });
    }
  }
  return compared;
}

function send(
  peer: Peer,
  entry: Extract<Recorded, { packet: Packet }>,
  ids: Ids,
): void {
  const side = ackSide(entry);
  const packet = ids.asSeen(entry.packet, undefined, side);
  // The client has to answer with just this number.
  if (packet.type === "event") ids.asSeen(entry.packet, packet, side);
  for (const frame of writePacket(packet)) peer.socket.send(frame);
}

async function soon<T>(look: () => T, what: string): Promise<NonNullable<T>> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const found = look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
}
