/** A client from its sign-in on: what it gets, and what is left of it. */

import type { Socket } from "socket.io";
import { type Identity, isHub } from "./identity.js";
import { watchOutbox } from "./outbox.js";
import { unsubscribeAll } from "./subscribe.js";
import type { Client, Switchboard } from "./switchboard.js";
import { Unread } from "./unread.js";
import { websocketOf } from "./websocket.js";

export function enterClient(
  switchboard: Switchboard,
  socket: Socket,
  identity: Identity,
): Client {
  const { limits, receivers } = switchboard;
  const cutOff = (bytes: number) => {
    // A closing handshake would wait for the reader, and keep it all.
    websocketOf(socket).terminate();
    noteCutOff(switchboard, bytes);
  };
  let unread: Unread | undefined;
  if (isHub(identity)) {
    unread = new Unread(socket, { limits, onSilent: cutOff });
    receivers.add(unread);
  } else watchOutbox(socket, limits.unreadBytes, cutOff);
  return {
    ...{ socket, identity, unread, held: undefined },
    subscriptions: new Map(),
    waits: new Set(),
  };
}

export function dropClient(switchboard: Switchboard, client: Client): void {
  unsubscribeAll(switchboard, client);
  client.waits.forEach((wait) => wait.end("gone"));
  client.held?.();
  if (!client.unread) return;
  client.unread.close();
  switchboard.receivers.delete(client.unread);
}

function noteCutOff({ tally, logger }: Switchboard, bytes: number): void {
  tally.cutOff++;
  logger.warn("a client that does not read was disconnected", { bytes });
}
