import { until } from "../../support/until.js";
import { failure, type Ground, methodsOf, startGround } from "./ground.js";

let ground: Ground;
beforeEach(async () => {
  ground = await startGround();
  ground.router.known.add("good");
});
afterEach(() => ground.close());

const pause = () =>
  new Promise((resolve) => {
    setTimeout(resolve, 200);
  });

test("who signs in learns who they are", async () => {
  const client = ground.client("good");
  const info = await client.signedIn();
  expect(info).toMatchObject({
    max_payload: 8_000_000,
    user: { account_id: "good" },
  });
  expect(client.info).toEqual(info);
});

test("a fixed token that is refused closes the client", async () => {
  const client = ground.client("bad");
  let closedBy: unknown;
  client.on("closed", (error) => {
    closedBy = error;
  });
  const waiting = failure(methodsOf(client, "a.b").x?.());
  const refusal = { code: 401, message: "no such token" };
  expect(await failure(client.signedIn())).toMatchObject(refusal);
  expect(await waiting).toMatchObject(refusal);
  expect(closedBy).toMatchObject(refusal);
  expect(client.state).toBe("closed");
  await pause();
  expect(ground.router.auths).toHaveLength(1);
  // Also what is asked from now on.
  expect(await failure(client.subscribe("a.b"))).toMatchObject(refusal);
});

test("a token that is asked for is asked for again", async () => {
  let bearer = "bad";
  const client = ground.client("", { auth: () => ({ bearer }) });
  expect(await failure(client.signedIn())).toMatchObject({ code: 401 });
  expect(client.state).toBe("disconnected");
  bearer = "good";
  await expect(client.signedIn()).resolves.toBeDefined();
  expect(ground.router.auths.at(-1)).toEqual({ bearer: "good" });
});

test("a token that cannot be had is no reason to fall over", async () => {
  let broken = true;
  const auth = () => {
    if (broken) throw new Error("no token yet");
    return { bearer: "good" };
  };
  const client = ground.client("", { auth });
  expect(await failure(client.signedIn())).toMatchObject({ code: 401 });
  broken = false;
  await expect(client.signedIn()).resolves.toBeDefined();
});

test("signing in takes no longer than it may", async () => {
  await ground.router.close();
  const client = ground.client("good");
  const error = await failure(client.signedIn({ timeoutMs: 50 }));
  expect(error).toMatchObject({ code: 408, message: "timeout" });
  client.close();
  ground = await startGround();
});

test("closing ends all that waits, once and for good", async () => {
  const client = ground.client("good");
  const subscription = await client.subscribe("a.b");
  const reading = subscription[Symbol.asyncIterator]().next();
  await client.service("a.c", { never: () => new Promise(() => {}) });
  const call = failure(methodsOf(client, "a.c").never?.());
  await until(() =>
    ground.router.events.some(({ name }) => name === "publish"),
  );
  ground.router.silent.add("wait-for-interest").add("subscribe");
  const interest = failure(client.waitForInterest("a.d"));
  const subscribing = failure(client.subscribe("a.e"));
  client.close();
  client.close();
  const closed = { code: 503, message: "The client is closed." };
  for (const waiting of [call, interest, subscribing]) {
    expect(await waiting).toMatchObject(closed);
  }
  await expect(reading).resolves.toEqual({ value: undefined, done: true });
  expect(client.state).toBe("closed");
  const later = [
    client.publish("a", 1),
    client.request("a", 1),
    client.service("a", {}),
    client.signedIn(),
  ];
  for (const each of later) expect(await failure(each)).toMatchObject(closed);
  client.publishSync("a", 1);
  await until(() => ground.router.subscriptions().length === 0);
});

test("a client that is closed while it is lost does not come back", async () => {
  const client = ground.client("good");
  await client.signedIn();
  client.on("disconnected", () => client.close());
  ground.router.cut();
  await until(() => client.state === "closed");
  await pause();
  expect(ground.router.auths).toHaveLength(1);
});

test("a client that is closed while it connects is gone", async () => {
  jest.useFakeTimers({
    doNotFake: ["nextTick", "queueMicrotask", "setImmediate", "performance"],
  });
  let waiting: Promise<unknown>;
  try {
    const client = ground.client("good");
    waiting = failure(client.signedIn());
    expect(jest.getTimerCount()).toBeGreaterThan(0);
    client.close();
    // All of it at once: nobody else has set a timer meanwhile.
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
  expect(await waiting).toMatchObject({ code: 503 });
  await pause();
  expect(ground.router.auths).toEqual([]);
});
