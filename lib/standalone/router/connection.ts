/** One client, from its connection to its end. */

import type { Socket } from "socket.io";
import { dropClient, enterClient } from "./client.js";
import { handlerOf, isUnordered } from "./events.js";
import { type Flow, createFlow } from "./flow.js";
import { maxPayload } from "./limits.js";
import { Refusal, refusalReply } from "./refusal.js";
import type { SignIns } from "./sign-in.js";
import type { Client, Switchboard } from "./switchboard.js";

/** Until a client that was refused has read why. */
const farewellMs = 25;

export function serveConnection(
  switchboard: Switchboard,
  signIns: SignIns,
  socket: Socket,
): void {
  const flow = createFlow(switchboard, socket);
  let timer: NodeJS.Timeout | undefined;
  let client: Client | undefined;

  const enter = async () => {
    try {
      const identity = await signIns.enter(socket);
      client = enterClient(switchboard, socket, identity);
      // Nobody else would: "disconnect" was before there was a client.
      if (!socket.connected) return leave();
      timer = sendInfo(switchboard, client);
    } catch (error) {
      if (!socket.connected) return;
      sendRefusal(switchboard, socket, error);
      timer = setTimeout(() => socket.disconnect(true), farewellMs);
    }
  };
  const leave = () => {
    clearTimeout(timer);
    flow.close();
    // It may have left the namespace only: no identity, no business here.
    socket.conn.close();
    if (!client) return;
    dropClient(switchboard, client);
    signIns.leave(client.identity);
    client = undefined;
  };
  // Without a listener an "error", which a client can send, would be thrown.
  socket.on("error", () => {});
  socket.on("disconnect", leave);
  socket.onAny((...args: unknown[]) =>
    receive(switchboard, flow, () => client, args),
  );
  flow.ready(enter());
}

/** Sent again and again until the client says that it has it. */
function sendInfo(
  { limits }: Switchboard,
  { socket, identity: user }: Client,
): NodeJS.Timeout {
  const send = () =>
    socket.emit("info", { max_payload: maxPayload, id: "0", user }, () =>
      clearTimeout(timer),
    );
  const timer = setInterval(send, limits.infoMs);
  send();
  return timer;
}

function sendRefusal(
  { logger, tally }: Switchboard,
  socket: Socket,
  error: unknown,
): void {
  tally.refused++;
  const message = error instanceof Error ? error.message : String(error);
  const { code } = Object(error) as { code?: unknown };
  const user = {
    error: `Error: ${message}`,
    ...(typeof code === "number" || typeof code === "string" ? { code } : {}),
  };
  logger.debug("a client was refused", { message });
  socket.emit("info", { max_payload: maxPayload, id: "0", user });
}

/** An event: its name, its argument, and at the end how to answer, if at all. */
function receive(
  switchboard: Switchboard,
  flow: Flow,
  clientNow: () => Client | undefined,
  args: unknown[],
): void {
  const last = args.at(-1);
  const answer = typeof last === "function" ? last : () => {};
  const [event, argument] = args.filter((arg) => arg !== answer);
  const client = clientNow();
  const { bytes, refusal } = flow.admit(client?.identity);
  if (refusal) return void answer(refusalReply(refusal));
  const run = async () => {
    const client = clientNow();
    if (!client) return void answer(refusalReply(notSignedIn()));
    await handle(switchboard, client, { event, argument, bytes, answer });
  };
  if (isUnordered(event)) void flow.whenReady().then(run);
  else flow.push(bytes, run);
}

interface Call {
  event: unknown;
  argument: unknown;
  bytes: number;
  answer: Function;
}

async function handle(
  switchboard: Switchboard,
  client: Client,
  call: Call,
): Promise<void> {
  const { event, argument, bytes, answer } = call;
  try {
    const reply: unknown = await handlerOf(event)(
      switchboard,
      client,
      argument,
      bytes,
    );
    if (reply === undefined) answer();
    else answer(reply);
  } catch (error) {
    const refusal =
      error instanceof Refusal ? error : failed(switchboard, error);
    if (refusal.code === 400) switchboard.tally.malformed++;
    answer(refusalReply(refusal));
  }
}

/** Not the client's doing, or nothing that we expect a client to do. */
function failed({ logger }: Switchboard, error: unknown): Refusal {
  logger.error("an event of a client failed", { error: String(error) });
  return new Refusal("the router failed at this", 500);
}

const notSignedIn = () => new Refusal("not signed in", 401);
