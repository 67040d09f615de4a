/** Sockets that have not signed in, and what they may not do. */

import { setTimeout as sleep } from "node:timers/promises";
import type {
  Identity,
  RouterOptions,
} from "../../../lib/standalone/router/index.js";
import { openRaw, signInRaw } from "../../support/router-client.js";
import { startRouter, type TestRouter } from "../../support/router-server.js";
import { until } from "../../support/until.js";

let router: TestRouter;
afterEach(() => router.close());

async function start(limits: RouterOptions["limits"] = {}): Promise<void> {
  router = await startRouter({ limits });
}

const announced = (count: number) =>
  `45${count}-["publish",${JSON.stringify(
    Array.from({ length: count }, (_each, num) => ({
      _placeholder: true,
      num,
    })),
  )}]`;

test.each<[string, (string | Buffer)[]]>([
  ["bytes", [announced(1), Buffer.from("x")]],
  ["bytes that nobody announced", [Buffer.from("x")]],
  ["a text that is too long", [`42["${"x".repeat(20_000)}"]`]],
  ["more heartbeats than there are", Array<string>(20_000).fill("3")],
  ["an event", ['42["subscriptions",null]']],
])("whoever sends %s before signing in is disconnected", async (_what, all) => {
  await start({ connectMs: 60_000 });
  const other = await signInRaw(router.url, "alice");
  const client = await openRaw(router.url);
  client.sendFrames(...all);
  await until(client.isClosed);
  expect(await other.ask("subscriptions", null)).toEqual([]);
  expect(router.counts().sockets).toBe(1);
});

test("half of a message that is too long is not waited for", async () => {
  await start({ connectMs: 60_000 });
  const client = await openRaw(router.url);
  client.websocket.send(Buffer.alloc(20_000), { fin: false });
  await until(client.isClosed);
  await until(() => router.counts().sockets === 0);
  expect(router.counts()).toMatchObject({ connections: 0, refused: 0 });
});

test("who has signed in may send long messages", async () => {
  await start();
  const client = await signInRaw(router.url, "alice");
  const long = Array.from({ length: 100 }, () => ({
    subject: "x".repeat(900),
  }));
  expect(await client.ask("unsubscribe", long)).toBeUndefined();
});

test("one stranger too many ends the oldest, and nobody who signed in", async () => {
  await start({ strangers: 2 });
  const alice = await signInRaw(router.url, "alice");
  const first = await openRaw(router.url);
  const second = await openRaw(router.url);
  const third = await openRaw(router.url);
  await until(first.isClosed);
  const bob = await signInRaw(router.url, "bob");
  await until(second.isClosed);
  expect(await alice.ask("subscriptions", null)).toEqual([]);
  expect(await bob.ask("subscriptions", null)).toEqual([]);
  expect(third.isClosed()).toBe(false);
});

test("strangers who take too long are ended, also when they do not listen", async () => {
  await start({ connectMs: 50, signInMs: 50 });
  const deaf = await openRaw(router.url);
  deaf.websocket.pause();
  await until(() => router.counts().sockets === 0);
  expect(deaf.isClosed()).toBe(false);
  deaf.websocket.resume();
  await until(deaf.isClosed);
});

test("events that come before the sign-in is over wait for it", async () => {
  const signIns: ((identity: Identity) => void)[] = [];
  router = await startRouter({
    authenticate: () => new Promise((resolve) => signIns.push(resolve)),
  });
  const client = await openRaw(router.url);
  client.send({ type: "connect", data: {} });
  client.sendFrames('427["cluster"]', '428["wait-for-interest",{}]');
  const types = () => client.unread.map(({ type }) => type);
  await until(() => signIns.length === 1 && types().length === 2);
  await sleep(50);
  expect(types()).toEqual(["handshake", "connect"]);
  signIns[0]?.({ hub_id: "late" });
  await until(() => client.unread.length === 5);
  expect(types()).toEqual(["handshake", "connect", "event", "ack", "ack"]);
});

describe("an event of somebody who signed in", () => {
  test("has one attachment at most", async () => {
    await start();
    const client = await signInRaw(router.url, "alice");
    client.sendFrames(announced(2));
    await until(client.isClosed);
    await until(() => router.counts().sockets === 0);
    expect(router.counts().malformed).toBe(0);
  });

  test("ends the connection when its attachment never comes", async () => {
    await start({ attachmentMs: 100 });
    const client = await signInRaw(router.url, "alice");
    const other = await signInRaw(router.url, "alice");
    client.sendFrames(announced(1));
    await until(client.isClosed);
    expect(await other.ask("subscriptions", null)).toEqual([]);
  });

  test("may come late, but before that", async () => {
    await start({ attachmentMs: 5000 });
    const client = await signInRaw(router.url, "alice");
    client.sendFrames(announced(1));
    await until(() => router.counts().connections === 1);
    client.sendFrames(Buffer.from("x"));
    expect(await client.ask("subscriptions", null)).toEqual([]);
  });
});
