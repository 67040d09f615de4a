/** A hub that reads slowly, and those who send it more than it reads. */

import { connect } from "../../../conat-api/wire/index.js";
import type { RouterOptions } from "../../../lib/standalone/router/index.js";
import {
  bigMessage,
  message,
  type RawClient,
  signInRaw,
} from "../../support/router-client.js";
import {
  ids,
  startRouter,
  type TestRouter,
} from "../../support/router-server.js";
import { until } from "../../support/until.js";
import type { Packet, Payload } from "../../support/wire-packets.js";

let router: TestRouter;
afterEach(() => router.close());

const pattern = "services.*.*.svc";
const subjectOf = (name: "alice" | "bob") =>
  `services.account-${ids[name]}._.svc`;

/** A hub that serves, and has stopped to read. */
async function start(limits: RouterOptions["limits"] = {}) {
  router = await startRouter({ limits });
  const enter = (bearer: string) => signInRaw(router.url, bearer);
  const serve = async (queue = "0") => {
    const hub = await enter("host");
    await hub.ask("subscribe", { subject: pattern, queue });
    hub.websocket.pause();
    return hub;
  };
  return { enter, serve, hub: await serve() };
}

function send(client: RawClient, name: "alice" | "bob", count: number): void {
  for (let index = 0; index < count; index++) {
    client.send({
      type: "event",
      args: ["publish", message(subjectOf(name), `${name} ${index}`)],
    });
  }
}

const heard = ({ unread }: RawClient): unknown[] =>
  unread.filter(isDelivery).map(({ args }) => {
    const { data } = args[1] as { data: unknown[] };
    return (data[4] as Payload).value;
  });

const isDelivery = (packet: Packet): packet is Packet & { args: unknown[] } =>
  packet.type === "event" && packet.args[0] === pattern;

test("who has sent a hub 32 messages that it has not read is held, others go on", async () => {
  const { enter, hub } = await start();
  const [alice, bob] = [await enter("alice"), await enter("bob")];
  send(bob, "bob", 100);
  await until(() => router.counts().held === 1);
  expect(router.counts().delivered).toBe(32);
  const sent = message(subjectOf("alice"), "alice");
  expect(await alice.ask("publish", sent)).toMatchObject({ count: 1 });
  hub.websocket.resume();
  await until(() => heard(hub).length === 101);
  const names = Array.from({ length: 100 }, (_each, index) => `bob ${index}`);
  expect(heard(hub)).toEqual(names.toSpliced(32, 0, "alice"));
  expect(router.counts()).toMatchObject({ held: 0, cutOff: 0, limited: 0 });
});

test("more connections of one identity do not get it further", async () => {
  const { enter, hub } = await start();
  const three = [await enter("bob"), await enter("bob"), await enter("bob")];
  for (const bob of three) send(bob, "bob", 40);
  await until(() => router.counts().held === 3);
  expect(router.counts().delivered).toBe(32);
  hub.websocket.resume();
  await until(() => heard(hub).length === 120);
  expect(router.counts().held).toBe(0);
});

test("a hub that goes away releases who waits for it, to the next of its queue", async () => {
  const { enter, hub, serve } = await start();
  const bob = await enter("bob");
  send(bob, "bob", 33);
  await until(() => router.counts().held === 1);
  const other = await serve();
  other.websocket.resume();
  const last = bob.ask("publish", message(subjectOf("bob"), "last"));
  await hub.close();
  expect(await last).toMatchObject({ count: 1 });
  await until(() => heard(other).includes("last"));
  await other.close();
  await until(() => router.counts().connections === 1);
  const nobody = await bob.ask("publish", message(subjectOf("bob")));
  expect(nobody).toMatchObject({ count: 0 });
});

test("who goes away while held is not delivered any more", async () => {
  const { enter, hub } = await start();
  const bob = await enter("bob");
  send(bob, "bob", 40);
  await until(() => router.counts().held === 1);
  await bob.close();
  await until(() => router.counts().held === 0);
  hub.websocket.resume();
  await hub.ask("subscriptions");
  expect(heard(hub)).toHaveLength(32);
});

test("a hub is not held by another hub", async () => {
  const { enter } = await start();
  const publisher = await enter("host");
  for (let count = 0; count < 100; count++) {
    const sent = message(subjectOf("bob"));
    expect(await publisher.ask("publish", sent)).toMatchObject({ count: 1 });
  }
  expect(router.counts()).toMatchObject({ held: 0, delivered: 100 });
});

test("large messages to a hub come in one after the other, and none over its 8 MB", async () => {
  const { enter, hub } = await start({ senderBytes: 20_000_000 });
  const [alice, bob] = [await enter("alice"), await enter("bob")];
  for (let count = 0; count < 2; count++) {
    bob.sendFrames(...bigMessage(subjectOf("bob"), 5_000_000));
  }
  await until(() => router.counts().delivered === 2);
  send(alice, "alice", 1);
  send(bob, "bob", 1);
  await until(() => router.counts().held === 2);
  expect(router.counts().delivered).toBe(2);
  hub.websocket.resume();
  await until(() => heard(hub).includes("alice 0"));
  await until(() => heard(hub).includes("bob 0"));
});

test("a hub that reads nothing for a long time is cut off", async () => {
  const { enter, hub } = await start({ hubSilentMs: 100 });
  const bob = await enter("bob");
  send(bob, "bob", 40);
  await until(() => router.counts().cutOff === 1);
  await until(() => router.counts().published === 40);
  expect(router.counts()).toMatchObject({ held: 0, connections: 1 });
  hub.websocket.resume();
  await until(hub.isClosed);
});

test("100 MB of an account do not end the hub's connection, nor any call", async () => {
  router = await startRouter({ limits: { identityBytes: 1e9 } });
  const address = router.url.replace("ws:", "http:");
  const client = (bearer: string) => connect({ address, auth: { bearer } });
  const [hub, alice] = [client("host"), client("alice")];
  try {
    let lost = 0;
    hub.on("disconnected", () => lost++);
    await hub.service(pattern, { ping: (value: unknown) => value });
    const calls = alice.call(subjectOf("alice")) as unknown as Calls;
    const flood = [1, 2, 3, 4].map(() => signInRaw(router.url, "bob"));
    for (const each of await Promise.all(flood)) {
      for (let count = 0; count < 3; count++) {
        each.sendFrames(...bigMessage(subjectOf("bob"), 7_800_000));
      }
    }
    for (let count = 0; count < 20; count++) {
      expect(await calls.ping(count)).toBe(count);
    }
    const { delivered } = router.counts();
    await until(() => router.counts().published >= 12 + 40, 30_000);
    expect(await calls.ping("after")).toBe("after");
    expect(delivered).toBeGreaterThanOrEqual(40);
    expect(lost).toBe(0);
    expect(router.counts()).toMatchObject({ cutOff: 0, limited: 0, held: 0 });
  } finally {
    hub.close();
    alice.close();
  }
});

test("a flood of calls with dead inboxes does not stop another's calls", async () => {
  router = await startRouter();
  const address = router.url.replace("ws:", "http:");
  const client = (bearer: string) => connect({ address, auth: { bearer } });
  const [hub, alice] = [client("host"), client("alice")];
  try {
    let flooded = 0;
    const status = () => flooded++;
    await hub.service(pattern, { status, ping: () => flooded });
    const calls = alice.call(subjectOf("alice")) as unknown as Calls;
    await calls.ping();
    const bob = await signInRaw(router.url, "bob");
    const reply = { "CN-Reply": `_INBOX.account-${ids.bob}.dead.inbox` };
    for (let count = 0; count < 900; count++) {
      const call = message(subjectOf("bob"), ["status", []], reply);
      bob.send({ type: "event", args: ["publish", call] });
    }
    await until(() => flooded > 0);
    // Not behind all that came before it.
    expect(await calls.ping()).toBeLessThan(900);
    await until(() => flooded === 900);
    // Few of the answers are waited for, and the others are no work any more.
    await until(() => router.counts().waiting === 32);
    await calls.ping();
    expect(router.counts()).toMatchObject({ waiting: 32, limited: 0 });
  } finally {
    hub.close();
    alice.close();
  }
});

interface Calls {
  ping(value?: unknown): Promise<unknown>;
}

test("more bytes than an account may send in a window are refused", async () => {
  const { enter, hub } = await start({ identityBytes: 3_000_000 });
  hub.websocket.resume();
  const bob = await enter("bob");
  for (let count = 0; count < 4; count++) {
    bob.sendFrames(...bigMessage(subjectOf("bob"), 1_000_000));
  }
  expect(await bob.ask("publish", message(subjectOf("bob")))).toEqual({
    error: "Error: too many bytes; try again later",
    code: 429,
    retryMs: expect.any(Number),
  });
  expect(router.counts().delivered).toBe(2);
});

test("the text of an event counts as its bytes do", async () => {
  const { enter } = await start({ identityBytes: 1_000_000 });
  const bob = await enter("bob");
  const headers = { long: "x".repeat(1_100_000) };
  const long = message(subjectOf("bob"), 1, headers);
  expect(await bob.ask("publish", long)).toMatchObject({ code: 429 });
});
