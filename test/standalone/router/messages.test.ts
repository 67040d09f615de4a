/** Who gets a message, and what becomes of one that is none. */

import {
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
import { Payload } from "../../support/wire-packets.js";

const { alice, bob, project } = ids;
const events = `project.${project}.events`;

let router: TestRouter;
let clients: RawClient[];
beforeEach(async () => {
  router = await startRouter();
  clients = [];
});
afterEach(() => router.close());

async function enter(bearer: string): Promise<RawClient> {
  const client = await signInRaw(router.url, bearer);
  clients.push(client);
  return client;
}

async function listen(
  bearer: string,
  subject: string,
  queue: string,
): Promise<RawClient> {
  const client = await enter(bearer);
  await client.ask("subscribe", { subject, queue });
  return client;
}

const payloads = ({ unread }: RawClient, pattern: string): unknown[] =>
  unread
    .filter((packet) => packet.type === "event" && packet.args[0] === pattern)
    .map((packet) => {
      const { data } = (packet as { args: unknown[] }).args[1] as {
        data: unknown[];
      };
      return (data[4] as Payload).value;
    });

describe("a message", () => {
  test("reaches one member of each queue, and all who share none", async () => {
    const pattern = "svc.*";
    const group = [
      await listen("host", pattern, "0"),
      await listen("host", pattern, "0"),
    ];
    const alone = await listen("host", pattern, "other");
    const publisher = await enter("host");
    for (let count = 0; count < 40; count++) {
      const reply = await publisher.ask("publish", message("svc.a", count));
      expect(reply).toMatchObject({ count: 2 });
    }
    await Promise.all(clients.map((client) => client.ask("subscriptions")));
    const shared = group.map((client) => payloads(client, pattern));
    const all = Array.from({ length: 40 }, (_each, index) => index);
    expect(shared.flat().toSorted((a, b) => Number(a) - Number(b))).toEqual(
      all,
    );
    // At random: that one of the two got none is one chance in 2^39.
    expect(shared.map(({ length }) => length > 0)).toEqual([true, true]);
    expect(payloads(alone, pattern)).toEqual(all);
  });

  test("is delivered before its publisher is answered", async () => {
    const client = await listen("host", "svc.a", "q");
    const sent = ["publish", message("svc.a", 7)];
    client.send({ type: "event", ack: 7, args: sent });
    await until(() => client.unread.length === 2);
    expect(client.unread).toMatchObject([
      { type: "event", args: ["svc.a", { subject: "svc.a" }] },
      { type: "ack", ack: 7, args: [{ count: 1 }] },
    ]);
  });

  test("is heard by who listens in on everything, who is not counted", async () => {
    const spy = await listen("host", ">", "q");
    const publisher = await enter("host");
    const reply = await publisher.ask("publish", message("svc.a", 7));
    expect(reply).toMatchObject({ count: 0 });
    await spy.ask("subscriptions");
    expect(payloads(spy, ">")).toEqual([7]);
  });

  test("of one publisher arrives in the order it was sent", async () => {
    const receiver = await listen("alice", events, "q");
    const publisher = await enter("host");
    for (let index = 0; index < 500; index++) {
      publisher.send({
        type: "event",
        args: ["publish", message(events, index)],
      });
    }
    await publisher.ask("publish", message(events, "last"));
    await receiver.ask("subscriptions");
    expect(payloads(receiver, events)).toEqual([
      ...Array.from({ length: 500 }, (_each, index) => index),
      "last",
    ]);
  });

  test("does not reach who has lost their role since", async () => {
    const receiver = await listen("alice", events, "q");
    const publisher = await enter("project");
    const publish = (value: unknown) =>
      publisher.ask("publish", message(events, value));
    expect(await publish("before")).toMatchObject({ count: 1 });
    router.roles.set(`${project} ${alice}`, "viewer");
    expect(await publish("removed")).toMatchObject({ count: 0 });
    router.roles.set(`${project} ${alice}`, "collaborator");
    expect(await publish("after")).toMatchObject({ count: 1 });
    await receiver.ask("subscriptions");
    expect(payloads(receiver, events)).toEqual(["before", "after"]);
  });

  test("on a subject of others is refused, and the refusal counted", async () => {
    const client = await enter("bob");
    const who = JSON.stringify({ account_id: bob });
    const text = (doing: string) =>
      `permission denied ${doing} '${events}' from ${who}`;
    expect(await client.ask("publish", message(events))).toEqual({
      error: `Error: ${text("publishing to")}`,
      code: 403,
    });
    expect(await client.event("permission")).toEqual({
      message: text("publishing to"),
      subject: events,
      type: "pub",
    });
    const asked = { subject: events, queue: "q" };
    const refusal = text("subscribing to");
    expect(await client.ask("subscribe", asked)).toEqual({
      error: `Error: ${refusal}`,
      code: 403,
    });
    expect(await client.event("permission")).toEqual({
      message: refusal,
      subject: events,
      type: "sub",
    });
    const waits = { subject: events, timeout: 1000 };
    const waited = await client.ask("wait-for-interest", waits);
    expect(waited).toMatchObject({ code: 403 });
    expect(router.counts()).toMatchObject({ denied: 3, subscriptions: 0 });
  });
});

describe("subscriptions", () => {
  test("come and go alone or as an array", async () => {
    const client = await enter("alice");
    const [a, b] = [`account.${alice}.a`, `account.${alice}.b`];
    const replies = await client.ask("subscribe", [
      { subject: a, queue: "q" },
      { subject: a, queue: "q2" },
      { subject: `account.${bob}.a`, queue: "q" },
      { subject: b, queue: "q" },
      { subject: "not. one", queue: "q" },
    ]);
    expect(replies).toMatchObject([
      { status: "added" },
      { status: "already-added" },
      { code: 403 },
      { status: "added" },
      { code: 400 },
    ]);
    expect(await client.ask("subscriptions", null)).toEqual([a, b]);
    const gone = [{ subject: a }, { subject: "never" }];
    expect(await client.ask("unsubscribe", gone)).toBeUndefined();
    expect(await client.ask("subscriptions", null)).toEqual([b]);
    expect(router.counts().subscriptions).toBe(1);
  });

  test("end with their connection, however it ends", async () => {
    const client = await listen("alice", `account.${alice}.>`, "q");
    const other = await enter("alice");
    const waits = { subject: events, timeout: 60_000 };
    client.send({ type: "event", args: ["wait-for-interest", waits] });
    await client.ask("subscriptions");
    expect(router.counts()).toMatchObject({ subscriptions: 1, waiting: 1 });
    // In the middle of a message, without a word.
    client.sendFrames('451-["publish",["x"');
    await client.close();
    const served = { subject: `account.${alice}.x`, timeout: 0 };
    while (router.counts().connections > 1) await other.ask("subscriptions");
    expect(await other.ask("wait-for-interest", served)).toBe(false);
    expect(router.counts()).toMatchObject({
      sockets: 1,
      subscriptions: 0,
      waiting: 0,
    });
  });
});

describe("to wait for interest", () => {
  test("ends when somebody subscribes, or when the time is over", async () => {
    const client = await enter("host");
    const ask = (timeout: number) =>
      client.ask("wait-for-interest", { subject: "svc.late", timeout });
    expect(await ask(0)).toBe(false);
    expect(await ask(20)).toEqual({ error: "Error: timeout" });
    const waiting = ask(5000);
    await client.ask("subscribe", { subject: ">", queue: "q" });
    await client.ask("subscribe", { subject: "svc.other", queue: "q" });
    expect(router.counts().waiting).toBe(1);
    await client.ask("subscribe", { subject: "svc.*", queue: "q" });
    expect(await waiting).toBe(true);
    expect(await ask(0)).toBe(true);
  });
});

test("a lookup of a role that fails is an answer, and no crash", async () => {
  await router.close();
  router = await startRouter({
    role: () => Promise.reject(new Error("the database is away")),
  });
  const client = await signInRaw(router.url, "alice");
  expect(await client.ask("publish", message(events))).toEqual({
    error: "Error: the router failed at this",
    code: 500,
  });
});
