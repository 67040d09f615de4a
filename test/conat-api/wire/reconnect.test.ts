import { until } from "../../support/until.js";
import {
  event,
  failure,
  type Ground,
  methodsOf,
  startGround,
} from "./ground.js";

let ground: Ground;
beforeEach(async () => {
  ground = await startGround();
});
afterEach(() => ground.close());

/** Those of a client: the one that has `subject`. */
const subscriptionsWith = (subject: string) =>
  ground.router.subscriptions().filter((each) => each.includes(subject));

test.each(["cut", "hangUp"] as const)(
  "after a %s all is registered again, once, and works",
  async (how) => {
    const host = ground.client("host");
    await host.service("a.*", { add: (x: number, y: number) => x + y });
    const events = await host.subscribe("events.a");
    const alice = ground.client("alice");
    await methodsOf(alice, "a.b").add?.(1, 1);
    const [before] = subscriptionsWith("a.*");
    const again = Promise.all([
      event(host, "connected"),
      event(alice, "connected"),
    ]);
    ground.router[how]();
    await again;
    expect(subscriptionsWith("a.*")).toEqual([before]);
    expect(before).toHaveLength(3);
    await expect(methodsOf(alice, "a.b").add?.(1, 2)).resolves.toBe(3);
    await alice.publish("events.a", "hello");
    const { value } = await events[Symbol.asyncIterator]().next();
    expect(value).toEqual({ subject: "events.a", data: "hello" });
  },
);

test("losing and finding the router is told, each once", async () => {
  const client = ground.client("alice");
  const told: string[] = [];
  client.on("connected", () => told.push(`connected ${client.state}`));
  client.on("disconnected", () => told.push(`disconnected ${client.state}`));
  expect(client.state).toBe("connecting");
  await event(client, "connected");
  const again = event(client, "connected");
  ground.router.cut();
  await again;
  expect(told).toEqual([
    "connected connected",
    "disconnected disconnected",
    "connected connected",
  ]);
});

test("a client may be there before its router", async () => {
  const { address } = ground.router;
  const client = ground.client("host");
  await ground.router.close();
  const registered = client.service("a.b", { ok: () => "ok" });
  await until(() => client.state === "disconnected");
  const port = Number(new URL(address).port);
  ground = await startGround({ port });
  await registered;
  const alice = ground.client("alice");
  await expect(methodsOf(alice, "a.b").ok?.()).resolves.toBe("ok");
  client.close();
});

test("a request that the router never confirmed ends with the connection", async () => {
  const client = ground.client("alice");
  await client.signedIn();
  ground.router.silent.add("publish");
  const request = failure(client.request("a.b", 1, { timeout: 60_000 }));
  await until(() =>
    ground.router.events.some(({ name }) => name === "publish"),
  );
  ground.router.cut();
  expect(await request).toMatchObject({
    code: 408,
    message: expect.stringContaining("connection was lost"),
  });
});

test("the answer to a confirmed request comes over the next connection", async () => {
  const host = ground.client("host");
  let finish = (_value: string) => {};
  const slow = () =>
    new Promise<string>((resolve) => {
      finish = resolve;
    });
  await host.service("a.b", { slow });
  const alice = ground.client("alice");
  const call = methodsOf(alice, "a.b").slow?.();
  await until(() =>
    ground.router.events.some(({ name }) => name === "publish"),
  );
  // So that the confirmation is here too.
  await alice.waitForInterest("a.b");
  const lost = event(host, "disconnected");
  ground.router.cut();
  await lost;
  finish("done");
  await expect(call).resolves.toBe("done");
});

test("a service that is refused again is told, not tried again at once", async () => {
  const host = ground.client("host");
  await host.service("a.b", {});
  const refused: unknown[] = [];
  host.on("refused", (subject, error) => refused.push([subject, error.code]));
  ground.router.forbidden.add("a.b");
  const again = event(host, "connected");
  ground.router.events.length = 0;
  ground.router.cut();
  await again;
  expect(refused.length).toBeGreaterThan(0);
  expect(new Set(refused.map(String))).toEqual(new Set(["a.b,403"]));
  await new Promise((resolve) => {
    setTimeout(resolve, 200);
  });
  const tries = ground.router.events.filter(
    ({ name, payload }) =>
      name === "subscribe" &&
      (payload as { subject: string }).subject === "a.b",
  );
  expect(tries).toHaveLength(1);
  // The next connection asks once more.
  ground.router.forbidden.clear();
  const third = event(host, "connected");
  ground.router.cut();
  await third;
  expect(subscriptionsWith("a.b")).toHaveLength(1);
});

test("a subscription that is refused at first fails, and is not kept", async () => {
  const client = ground.client("alice");
  ground.router.forbidden.add("a.b");
  const error = await failure(client.subscribe("a.b"));
  expect(error).toMatchObject({ code: 403 });
  const again = event(client, "connected");
  ground.router.forbidden.clear();
  ground.router.cut();
  await again;
  expect(subscriptionsWith("a.b")).toEqual([]);
});

test("what the router forgot is registered, what it made up is ended", async () => {
  const client = ground.client("alice");
  await client.subscribe("a.b");
  const again = event(client, "connected");
  ground.router.forgets.add("a.b");
  ground.router.strays.add("not.ours");
  ground.router.cut();
  await again;
  expect(subscriptionsWith("a.b")).toHaveLength(1);
  const ended = ground.router.events.filter(
    ({ name }) => name === "unsubscribe",
  );
  expect(ended.map(({ payload }) => payload)).toEqual([
    { subject: "not.ours" },
  ]);
});
