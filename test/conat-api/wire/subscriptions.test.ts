import { until } from "../../support/until.js";
import { type Ground, startGround } from "./ground.js";

let ground: Ground;
beforeEach(async () => {
  ground = await startGround();
});
afterEach(() => ground.close());

const named = (wanted: string) =>
  ground.router.events.filter(({ name }) => name === wanted);

test("two that listen to one subject on a client each hear it", async () => {
  const client = ground.client("alice");
  const [one, two] = await Promise.all([
    client.subscribe("a.*"),
    client.subscribe("a.*"),
  ]);
  const subscribed = named("subscribe").map(
    ({ payload }) => (payload as { subject: string }).subject,
  );
  expect(subscribed.filter((subject) => subject === "a.*")).toHaveLength(1);
  await client.publish("a.b", 1);
  const heard = { value: { subject: "a.b", data: 1 }, done: false };
  await expect(one[Symbol.asyncIterator]().next()).resolves.toEqual(heard);
  await expect(two[Symbol.asyncIterator]().next()).resolves.toEqual(heard);

  one.close();
  await client.publish("a.b", 2);
  const { value } = await two[Symbol.asyncIterator]().next();
  expect(value).toMatchObject({ data: 2 });
  expect(named("unsubscribe")).toEqual([]);
  two.close();
  await until(() => named("unsubscribe").length === 1);
});

test("a loop over a subscription ends when it is closed", async () => {
  const client = ground.client("alice");
  const subscription = await client.subscribe("a.b");
  const heard: unknown[] = [];
  const loop = (async () => {
    for await (const { data } of subscription) heard.push(data);
  })();
  client.publishSync("a.b", 1);
  await client.publish("a.b", 2, { headers: { more: true } });
  await until(() => heard.length === 2);
  subscription.close();
  await loop;
  expect(heard).toEqual([1, 2]);
});

test("headers come along", async () => {
  const client = ground.client("alice");
  const subscription = await client.subscribe("a.b");
  await client.publish("a.b", null, { headers: { more: true } });
  const { value } = await subscription[Symbol.asyncIterator]().next();
  expect(value).toEqual({
    subject: "a.b",
    data: null,
    headers: { more: true },
  });
});

test("who does not read loses the oldest", async () => {
  const client = ground.client("alice");
  const subscription = await client.subscribe("a.b");
  for (let index = 0; index < 1005; index += 1)
    client.publishSync("a.b", index);
  // Comes after them: the router keeps their order.
  await client.publish("a.b", "last");
  await client.waitForInterest("a.b");
  const reader = subscription[Symbol.asyncIterator]();
  await expect(reader.next()).resolves.toMatchObject({ value: { data: 6 } });
});

test("the router is told how much has arrived", async () => {
  const client = ground.client("alice");
  const subscription = await client.subscribe("a.b");
  await client.publish("a.b", "four");
  await subscription[Symbol.asyncIterator]().next();
  ground.router.cut();
  await until(() => named("stats").length === 2);
  expect(named("stats").map(({ payload }) => payload)).toEqual([
    { recv0: { messages: 0, bytes: 0 } },
    { recv0: { messages: 1, bytes: 5 } },
  ]);
});
