import { BackupError } from "../../../conat-api/index.js";
import { until } from "../../support/until.js";
import { failure, type Ground, methodsOf, startGround } from "./ground.js";

let ground: Ground;
beforeEach(async () => {
  ground = await startGround();
});
afterEach(() => ground.close());

const publishes = () =>
  ground.router.events.filter(({ name }) => name === "publish");

test("a request that nobody answers ends in its time", async () => {
  await ground
    .client("host")
    .service("a.b", { never: () => new Promise(() => {}) });
  const client = ground.client("alice");
  await client.signedIn();
  const call = methodsOf(client, "a.b", { timeout: 100 }).never?.();
  expect(await failure(call)).toMatchObject({ code: 408, message: "timeout" });
});

test("over 7 MB is refused before anything is sent", async () => {
  const client = ground.client("alice");
  const arg = new Uint8Array(7_000_001);
  const error = await failure(methodsOf(client, "a.b").x?.(arg));
  expect(error).toBeInstanceOf(BackupError);
  expect(error).toMatchObject({
    code: "INVALID_ARGUMENT",
    message: expect.stringContaining("7000000 is the most"),
  });
  expect(publishes()).toEqual([]);
});

test("a router that takes less is given less in one request", async () => {
  await ground.close();
  ground = await startGround({ max_payload: 150_000 });
  const client = ground.client("alice");
  const error = await failure(client.request("a.b", "x".repeat(60_000)));
  expect(error).toMatchObject({ code: "INVALID_ARGUMENT" });
  expect(publishes()).toEqual([]);
});

test("whoever wants to waits for a service that is not there yet", async () => {
  const client = ground.client("alice");
  const options = { waitForInterest: true };
  const call = methodsOf(client, "a.b", options).ok?.();
  await until(() => publishes().length === 1);
  await ground.client("host").service("a.b", { ok: () => "ok" });
  await expect(call).resolves.toBe("ok");
});

test("waiting for one that never comes ends in its time", async () => {
  const client = ground.client("alice");
  await client.signedIn();
  const options = { waitForInterest: true, timeout: 150 };
  const call = methodsOf(client, "a.b", options).ok?.();
  expect(await failure(call)).toMatchObject({ code: 408 });
  await expect(client.waitForInterest("a.b", { timeout: 20 })).resolves.toBe(
    false,
  );
});

test("a stand-in for methods is no promise", async () => {
  const methods = ground.client("alice").call("a.b") as Record<string, unknown>;
  expect(methods["then"]).toBeUndefined();
  expect(methods["subject"]).toBe("a.b");
  expect(await methods).toBe(methods);
});

test("of two answers the first counts", async () => {
  const client = ground.client("alice");
  const other = ground.client("bob");
  const requests = await other.subscribe("a.b");
  const answer = client.request("a.b", "?");
  const { value } = await requests[Symbol.asyncIterator]().next();
  const to = String(value?.headers?.["CN-Reply"]);
  await other.publish(to, "first");
  await other.publish(to, "second");
  expect((await answer).data).toBe("first");
});
