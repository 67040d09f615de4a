/** A client that knows nothing but websockets: its frames are typed by hand. */

import { encode } from "@msgpack/msgpack";
import { WebSocket } from "ws";
import { until } from "./until.js";
import {
  type Packet,
  packetReader,
  Payload,
  type WireFrame,
  writePacket,
} from "./wire-packets.js";

export type EventPacket = Extract<Packet, { type: "event" }>;

export interface RawClient {
  websocket: WebSocket;
  /** All that came and was not taken yet. */
  unread: Packet[];
  /** Takes the next packet; pings do not count. */
  next(): Promise<Packet>;
  send(packet: Packet): void;
  sendFrames(...frames: WireFrame[]): void;
  /** Sends an event and takes its answer out of the unread packets. */
  ask(event: string, ...args: unknown[]): Promise<unknown>;
  /** Takes the next event of this name. */
  event(name: string): Promise<unknown>;
  isClosed(): boolean;
  close(): Promise<void>;
}

export const socketPath = "/conat/?EIO=4&transport=websocket";

export async function openRaw(
  url: string,
  path = socketPath,
): Promise<RawClient> {
  const websocket = new WebSocket(`${url}${path}`);
  const unread: Packet[] = [];
  const read = packetReader();
  let lastAck = 1000;
  websocket.on("message", (data: Buffer, isBinary) => {
    // "Invalid namespace": the recording has no such frame.
    if (!isBinary && data.toString().startsWith("44")) return;
    const packet = read(isBinary ? data : data.toString());
    if (packet?.type === "ping") websocket.send("3");
    else if (packet) unread.push(packet);
  });
  const take = async (wanted: (packet: Packet) => boolean) => {
    await until(() => unread.some(wanted), 5000);
    return unread.splice(unread.findIndex(wanted), 1)[0] as Packet;
  };
  await new Promise<void>((resolve, reject) => {
    websocket.once("open", resolve).once("error", reject);
  });
  // A test that cuts it off looks at how it ended, not at an error.
  websocket.on("error", () => {});
  const client: RawClient = {
    websocket,
    unread,
    next: () => take(() => true),
    send: (packet) => client.sendFrames(...writePacket(packet)),
    sendFrames: (...frames) => frames.forEach((each) => websocket.send(each)),
    async ask(event, ...args) {
      const ack = ++lastAck;
      client.send({ type: "event", ack, args: [event, ...args] });
      const answer = await take(
        (packet) => packet.type === "ack" && packet.ack === ack,
      );
      return (answer as { args: unknown[] }).args[0];
    },
    async event(name) {
      const found = await take(
        (packet) => packet.type === "event" && packet.args[0] === name,
      );
      return (found as EventPacket).args[1];
    },
    isClosed: () => websocket.readyState === WebSocket.CLOSED,
    async close() {
      websocket.terminate();
      await until(client.isClosed);
    },
  };
  return client;
}

/** Opens, signs in, and acknowledges `info`. */
export async function signInRaw(
  url: string,
  bearer: string,
): Promise<RawClient> {
  const client = await openRaw(url);
  client.send({ type: "connect", data: { bearer } });
  await until(() => client.unread.some(isInfo), 5000);
  const info = client.unread.find(isInfo) as EventPacket;
  if (info.ack !== undefined) {
    client.send({ type: "ack", ack: info.ack, args: [] });
  }
  client.unread.length = 0;
  return client;
}

const isInfo = (packet: Packet): boolean =>
  packet.type === "event" && packet.args[0] === "info";

/** The argument of `publish`: one message in one chunk. */
export function message(
  subject: string,
  value: unknown = null,
  headers?: object,
): unknown[] {
  const chunk = [subject, "ABCDEFGHJK", 0, 1, 0, new Payload(0, value)];
  return headers ? [...chunk, headers] : chunk;
}

/** A message of so many bytes, as its frames. */
export function bigMessage(subject: string, bytes: number): WireFrame[] {
  const json = JSON.stringify([
    "publish",
    [subject, "ABCDEFGHJK", 0, 1, 0, { _placeholder: true, num: 0 }],
  ]);
  return [`451-${json}`, encode(new Uint8Array(bytes))];
}
