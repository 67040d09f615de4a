/** Clients that do too much, too little, or nothing at all. */

import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { RouterOptions } from "../../../lib/standalone/router/index.js";
import {
  bigMessage,
  type EventPacket,
  message,
  openRaw,
  type RawClient,
  signInRaw,
} from "../../support/router-client.js";
import {
  ids,
  startRouter,
  type TestRouter,
} from "../../support/router-server.js";
import { until } from "../../support/until.js";

const own = `account.${ids.alice}.x`;

let router: TestRouter;
afterEach(() => router.close());

async function start(
  limits: RouterOptions["limits"] = {},
  options: Partial<RouterOptions> = {},
): Promise<(bearer: string) => Promise<RawClient>> {
  router = await startRouter({ limits, ...options });
  return (bearer) => signInRaw(router.url, bearer);
}

/** What a client that was refused is told. */
async function refusal(bearer: string): Promise<unknown> {
  const client = await openRaw(router.url);
  client.send({ type: "connect", data: { bearer } });
  await until(client.isClosed);
  const info = client.unread.find(({ type }) => type === "event");
  const [, { user }] = (info as EventPacket).args as [
    string,
    { user: unknown },
  ];
  return user;
}

describe("a client that sends too many events", () => {
  test("is refused for a time, and others are not", async () => {
    const enter = await start({ connectionEvents: 20, eventBlockMs: 300 });
    const [flood, calm] = [await enter("alice"), await enter("bob")];
    const replies = [];
    for (let count = 0; count < 25; count++) {
      replies.push(await flood.ask("publish", message(own)));
    }
    expect(replies.slice(0, 20)).toEqual(
      Array.from({ length: 20 }, () => expect.objectContaining({ count: 0 })),
    );
    expect(replies[20]).toEqual({
      error: "Error: too many events; try again later",
      code: 429,
      retryMs: 300,
    });
    expect(router.counts().limited).toBeGreaterThan(0);
    expect(await calm.ask("subscriptions")).toEqual([]);
    await sleep(300);
    expect(await flood.ask("publish", message(own))).toHaveProperty("count");
  });

  test("counts for all connections of its identity, and after a new one", async () => {
    const enter = await start({ identityEvents: 10 });
    const first = await enter("alice");
    for (let count = 0; count < 10; count++) await first.ask("cluster");
    await first.close();
    const second = await enter("alice");
    expect(await second.ask("cluster")).toMatchObject({ code: 429 });
    const bob = await enter("bob");
    expect(await bob.ask("cluster")).toEqual([]);
  });

  test("is not read from while too much of it waits", async () => {
    let look = () => {};
    const looked = new Promise<void>((resolve) => (look = resolve));
    let calls = 0;
    const enter = await start(
      { waitingEvents: 4, waitingBytes: 1_000_000 },
      {
        role: async () => {
          calls++;
          await looked;
          return "owner";
        },
      },
    );
    const upgraded = once(router.server, "upgrade");
    const client = await enter("alice");
    const [, socket] = (await upgraded) as [unknown, Socket];
    for (let count = 0; count < 60; count++) {
      client.sendFrames(...bigMessage(`project.${ids.project}.x`, 1_000_000));
    }
    await until(() => calls === 1);
    for (let read = -1; read !== socket.bytesRead; await sleep(100)) {
      read = socket.bytesRead;
    }
    expect(socket.bytesRead).toBeLessThan(30_000_000);
    expect(calls).toBe(1);
    look();
    await until(() => router.counts().published === 60);
  });
});

test("a client that does not read is cut off, and others go on", async () => {
  const enter = await start({ unreadBytes: 2_000_000 });
  const subject = `project.${ids.project}.x`;
  const [stuck, reader, publisher] = [
    await enter("alice"),
    await enter("alice"),
    await enter("host"),
  ];
  await stuck.ask("subscribe", { subject, queue: "stuck" });
  await reader.ask("subscribe", { subject, queue: "reader" });
  stuck.websocket.pause();
  const before = reader.unread.length;
  let sent = 0;
  while (router.counts().cutOff === 0 && sent < 100) {
    publisher.sendFrames(...bigMessage(subject, 500_000));
    sent++;
    await until(() => reader.unread.length === before + sent);
  }
  expect(router.counts()).toMatchObject({ cutOff: 1, connections: 2 });
  const reply = await publisher.ask("publish", message(subject));
  expect(reply).toMatchObject({ count: 1 });
  expect(router.counts().subscriptions).toBe(1);
  stuck.websocket.resume();
  await until(stuck.isClosed);
});

describe("connections", () => {
  test("that never say who they are end by themselves", async () => {
    await start({ connectMs: 100 });
    const silent = await openRaw(router.url);
    await until(silent.isClosed);
    expect(router.counts().sockets).toBe(0);
  });

  test("whose sign-in takes forever are refused", async () => {
    await start(
      { signInMs: 100 },
      { authenticate: () => new Promise(() => {}) },
    );
    expect(await refusal("alice")).toEqual({
      error: "Error: sign-in timed out",
      code: 408,
    });
  });

  test("that leave the namespace do not stay", async () => {
    const enter = await start();
    const client = await enter("alice");
    client.send({ type: "disconnect" });
    await until(client.isClosed);
    expect(router.counts()).toMatchObject({ sockets: 0, connections: 0 });
  });

  test("are limited for each identity, and make room again", async () => {
    const enter = await start({ connections: 2 });
    const clients = [await enter("alice"), await enter("alice")];
    expect(await refusal("alice")).toMatchObject({ code: 429 });
    await enter("bob");
    await clients[0]?.close();
    await until(() => router.counts().connections === 2);
    const again = await enter("alice");
    expect(await again.ask("cluster")).toEqual([]);
  });

  test("are limited in all", async () => {
    const enter = await start({ connectionsInAll: 1 });
    await enter("alice");
    await expect(openRaw(router.url)).rejects.toThrow("503");
  });

  test("with a right token come in from an address where many failed", async () => {
    const limits = { failedSignIns: 2, failedSignInWindowMs: 60_000 };
    await start(limits, {
      authenticate: ({ auth }) => {
        if (auth["bearer"] === "right") return { hub_id: "x" };
        throw new Error("no such token");
      },
    });
    const wrong = { error: "Error: no such token" };
    for (let count = 0; count < 3; count++) {
      expect(await refusal("wrong")).toEqual(wrong);
    }
    expect(await refusal("wrong")).toMatchObject({ code: 429 });
    const client = await signInRaw(router.url, "right");
    expect(await client.ask("cluster")).toEqual([]);
    expect(router.counts().refused).toBe(4);
  });
});

test("subscriptions are limited for each connection", async () => {
  const enter = await start({ subscriptions: 2 });
  const client = await enter("alice");
  const subscribe = (name: string) =>
    client.ask("subscribe", {
      subject: `account.${ids.alice}.${name}`,
      queue: "q",
    });
  expect(await subscribe("a")).toEqual({ status: "added" });
  expect(await subscribe("b")).toEqual({ status: "added" });
  expect(await subscribe("c")).toMatchObject({ code: 507 });
  expect(await subscribe("a")).toEqual({ status: "already-added" });
  const many = Array.from({ length: 3 }, () => ({}));
  expect(await client.ask("subscribe", many)).toMatchObject({ code: 507 });
});

test("calls that wait for interest are limited for each connection", async () => {
  const enter = await start({ interestWaits: 1 });
  const client = await enter("alice");
  const wait = () =>
    client.ask("wait-for-interest", { subject: own, timeout: 60_000 });
  const first = wait();
  expect(await wait()).toMatchObject({ code: 429 });
  await client.ask("subscribe", { subject: own, queue: "q" });
  expect(await first).toBe(true);
  expect(router.counts().waiting).toBe(0);
});

test("info is sent again until it is acknowledged", async () => {
  await start({ infoMs: 50 });
  const client = await openRaw(router.url);
  client.send({ type: "connect", data: { bearer: "alice" } });
  const infos = () =>
    client.unread.filter(
      (packet): packet is EventPacket => packet.type === "event",
    );
  await until(() => infos().length >= 3);
  const ack = infos().at(-1)?.ack as number;
  client.send({ type: "ack", ack, args: [] });
  await client.ask("cluster");
  const count = infos().length;
  await sleep(200);
  expect(infos()).toHaveLength(count);
});
