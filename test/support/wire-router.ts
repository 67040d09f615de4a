/**
 * A router of a hundred lines, for what is awkward to ask of a real one:
 * sockets that are cut, answers that never come, refusals on demand.
 */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type Socket } from "socket.io";

export interface WireRouter {
  address: string;
  /** The subscriptions of each socket that is connected now. */
  subscriptions(): string[][];
  /** Every event that came in: its name and its payload. */
  events: { name: string; payload: unknown }[];
  /** Those that named it, one per connection. */
  auths: unknown[];
  /** Event names that get no answer. */
  silent: Set<string>;
  /** Subjects that may not be subscribed to. */
  forbidden: Set<string>;
  /** Subjects whose subscription is confirmed once, and lost. */
  forgets: Set<string>;
  /** Subjects that a socket is said to have besides. */
  strays: Set<string>;
  /** Bearers that are let in; empty: all are. */
  known: Set<unknown>;
  /** Ends all sockets as a lost network does. */
  cut(): void;
  /** Ends all sockets as a server that restarts does. */
  hangUp(): void;
  close(): Promise<void>;
}

interface Entry {
  socket: Socket;
  subject: string;
  queue: string;
}

export async function startWireRouter({
  max_payload = 8_000_000,
  port = 0,
} = {}): Promise<WireRouter> {
  const http = createServer();
  const io = new Server(http, {
    path: "/conat",
    transports: ["websocket"],
    maxHttpBufferSize: 8_000_000,
  });
  const entries = new Set<Entry>();
  const router = {
    events: [] as { name: string; payload: unknown }[],
    auths: [] as unknown[],
    silent: new Set<string>(),
    forbidden: new Set<string>(),
    forgets: new Set<string>(),
    strays: new Set<string>(),
    known: new Set<unknown>(),
  };
  io.on("connection", (socket) => {
    const { auth } = socket.handshake;
    const answer = async (name: string, payload: unknown, ack?: Ack) => {
      const value = await handle(socket, entries, name, payload, router);
      if (!router.silent.has(name)) ack?.(value);
    };
    router.auths.push(auth);
    socket.onAny((name: string, payload: unknown, ack?: Ack) => {
      router.events.push({ name, payload });
      void answer(name, payload, ack);
    });
    socket.on("disconnect", () => {
      for (const each of entries) {
        if (each.socket === socket) entries.delete(each);
      }
    });
    const isKnown = router.known.size === 0 || router.known.has(auth["bearer"]);
    const user = isKnown
      ? { account_id: auth["bearer"] }
      : { error: "Error: no such token" };
    socket.emit("info", { max_payload, id: "0", user }, () => {});
  });
  await new Promise<void>((resolve) => {
    http.listen(port, "127.0.0.1", resolve);
  });
  return {
    ...router,
    address: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    subscriptions: () =>
      [...io.of("/").sockets.values()].map((socket) =>
        [...entries]
          .filter((each) => each.socket === socket)
          .map(({ subject }) => subject),
      ),
    cut() {
      for (const { conn } of io.of("/").sockets.values()) conn.close(true);
    },
    hangUp: () => void io.disconnectSockets(true),
    close: async () => void (await io.close()),
  };
}

type Rules = Pick<WireRouter, "forbidden" | "forgets" | "strays">;
type Ack = (answer: unknown) => void;

async function handle(
  socket: Socket,
  entries: Set<Entry>,
  name: string,
  payload: unknown,
  { forbidden, forgets, strays }: Rules,
): Promise<unknown> {
  const request = payload as { subject: string; queue: string };
  const own = [...entries].filter((each) => each.socket === socket);
  if (name === "publish") return publish(entries, payload as unknown[]);
  if (name === "subscriptions") {
    return [...own.map(({ subject }) => subject), ...strays];
  }
  if (name === "wait-for-interest") return waitFor(socket, entries, request);
  if (name === "subscribe") {
    if (forbidden.has(request.subject)) {
      return { error: "Error: permission denied subscribing", code: 403 };
    }
    if (!forgets.delete(request.subject)) entries.add({ socket, ...request });
    return { status: "added" };
  }
  if (name === "unsubscribe") {
    for (const each of own) {
      if (each.subject === request.subject) entries.delete(each);
    }
  }
  return undefined;
}

/** Each (pattern, queue) hears it once. */
function publish(entries: Set<Entry>, [subject, ...data]: unknown[]) {
  const groups = new Map<string, Entry>();
  for (const each of entries) {
    if (!matches(each.subject, String(subject))) continue;
    groups.set(`${each.subject} ${each.queue}`, each);
  }
  for (const { socket, subject: pattern } of groups.values()) {
    socket.emit(pattern, { subject, data });
  }
  return { count: groups.size };
}

async function waitFor(
  socket: Socket,
  entries: Set<Entry>,
  request: { subject: string; timeout?: number },
): Promise<unknown> {
  const deadline = Date.now() + (request.timeout ?? 0);
  while (socket.connected) {
    for (const { subject } of entries) {
      if (matches(subject, request.subject)) return true;
    }
    if (Date.now() > deadline) return { error: "Error: timeout" };
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  return undefined;
}

function matches(pattern: string, subject: string): boolean {
  const tokens = subject.split(".");
  const wanted = pattern.split(".");
  return (
    tokens.length === wanted.length &&
    wanted.every((token, index) => token === "*" || token === tokens[index])
  );
}
