import { encode } from "@msgpack/msgpack";
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

/** A host with these methods, and alice, who calls them. */
async function serve(impl: object) {
  const host = ground.client("host");
  await host.service("a.*", impl);
  const alice = ground.client("alice");
  return { host, alice, methods: methodsOf(alice, "a.b") };
}

const publishesTo = (prefix: string) =>
  ground.router.events.filter(
    ({ name, payload }) =>
      name === "publish" &&
      String((payload as unknown[])[0]).startsWith(prefix),
  );

test.each([
  "constructor",
  "hasOwnProperty",
  "toString",
  "__proto__",
  "inherited",
  "value",
  "missing",
])(
  "%s cannot be called: it is no function of the object's own",
  async (name) => {
    class Base {
      inherited() {
        return "reached";
      }
    }
    const impl = Object.assign(new Base(), { value: "no function" });
    const { methods } = await serve(impl);
    expect(await failure(methods[name]?.())).toMatchObject({
      message: `${name} not defined`,
    });
  },
);

test.each([
  ["an error without a message", new Error("")],
  ["undefined", undefined],
  ["null", null],
  ["an empty text", ""],
  ["a number", 7],
  ["blanks", "   "],
])(
  "%s that is thrown is an error for the caller, in words",
  async (_what, thrown) => {
    const fail = () => {
      throw thrown;
    };
    const { methods } = await serve({ fail });
    expect(await failure(methods.fail?.())).toMatchObject({
      message: "The method failed without a message.",
    });
  },
);

test("of an error the caller gets message and known fields, no more", async () => {
  const fail = () => {
    throw Object.assign(new Error("no"), {
      code: "ENOENT",
      errno: -2,
      path: "/x",
      details: "secret",
      cause: "secret",
      subject: { not: "a text" },
    });
  };
  const { methods } = await serve({ fail });
  const error = (await failure(methods.fail?.())) as Error;
  expect(error).toMatchObject({ message: "no", code: "ENOENT", errno: -2 });
  expect(JSON.stringify(error)).not.toContain("secret");
  expect(error).not.toHaveProperty("subject");
});

test("an error as long as a book is shortened: it would end the connection", async () => {
  const fail = () => {
    throw new Error("x".repeat(20_000_000));
  };
  const { methods } = await serve({ fail });
  const error = (await failure(methods.fail?.())) as Error;
  expect(error.message).toBe("x".repeat(10_000));
});

test("a result that cannot be encoded is an error", async () => {
  const { methods } = await serve({ big: () => 1n });
  expect(await failure(methods.big?.())).toBeInstanceOf(Error);
});

test("a subject is served once: two would both answer", async () => {
  const { host } = await serve({ ok: () => 1 });
  const twice = { code: 409, message: expect.stringContaining("already") };
  expect(await failure(host.service("a.*", {}))).toMatchObject(twice);
  expect(await failure(host.subscribe("a.*"))).toMatchObject(twice);
});

test("a service that was closed is silent, and can be registered again", async () => {
  const host = ground.client("host");
  const service = await host.service("a.b", { ok: () => 1 });
  service.close();
  const alice = ground.client("alice");
  expect(await failure(methodsOf(alice, "a.b").ok?.())).toMatchObject({
    code: 503,
  });
  await host.service("a.b", { ok: () => 2 });
  await expect(methodsOf(alice, "a.b").ok?.()).resolves.toBe(2);
});

test("requests run side by side", async () => {
  let go = () => {};
  const first = () =>
    new Promise<void>((resolve) => {
      go = resolve;
    });
  const second = () => go();
  const { methods } = await serve({ first, second });
  const both = Promise.all([methods.first?.(), methods.second?.()]);
  await expect(both).resolves.toEqual([null, null]);
});

test("an answer goes into an inbox, nowhere else", async () => {
  const run: unknown[] = [];
  const { alice, methods } = await serve({ note: (x: unknown) => run.push(x) });
  for (const reply of [
    "b.c",
    "_INBOX",
    "_INBOX.*",
    "_INBOX.>",
    "_INBOX.a b",
    7,
  ]) {
    await alice.publish("a.b", ["note", [reply]], {
      headers: { "CN-Reply": reply },
    });
  }
  await methods.note?.("asked");
  expect(run).toEqual(["asked"]);
  expect(publishesTo("b.c")).toEqual([]);
});

test.each([
  ["no call", { no: "call" }],
  ["a name that is no text", [{ toString: 1 }, []]],
  ["a call of nothing", []],
])("%s is answered with an error", async (_what, payload) => {
  const { alice } = await serve({ ok: () => 1 });
  const error = await failure(alice.request("a.b", payload));
  expect((error as Error).message).toMatch(/not defined/);
});

test("arguments that are no list are none", async () => {
  const { alice } = await serve({ count: (...args: unknown[]) => args.length });
  const { data } = await alice.request("a.b", ["count", "abc"]);
  expect(data).toBe(0);
});

test("bytes that cannot be decoded harm nobody", async () => {
  const { methods } = await serve({ ok: () => "ok" });
  const bomb = Uint8Array.from([0xdd, 0x02, 0, 0, 0]);
  const { io } = await import("socket.io-client");
  const { address } = ground.router;
  const raw = io(address, { path: "/conat", transports: ["websocket"] });
  const reply = { "CN-Reply": "_INBOX.x.y" };
  for (const bytes of [bomb, encode("x").subarray(0, 1)]) {
    raw.emit("publish", ["a.b", String(bytes), 0, 1, 0, bytes, reply]);
  }
  for (const odd of [null, [], ["a.b"], ["a.b", 1, 2, 3, 4, "text"]]) {
    raw.emit("publish", odd ?? ["a.b"]);
  }
  await expect(methods.ok?.()).resolves.toBe("ok");
  await until(() => publishesTo("_INBOX.x.y").length >= 2);
  raw.disconnect();
});

test("a caller that lost its connection gets the answer when it is back", async () => {
  let finish = () => {};
  const slow = () =>
    new Promise<string>((resolve) => {
      finish = () => resolve("done");
    });
  const { alice, methods } = await serve({ slow });
  // Not connected again before the answer was sent for the first time.
  const call = methods.slow?.();
  await until(() => publishesTo("a.b").length === 1);
  const connected = event(alice, "connected");
  ground.router.cut();
  finish();
  await connected;
  await expect(call).resolves.toBe("done");
});

test("an answer of 20 MB arrives whole", async () => {
  const large = () => new Uint8Array(20_000_000).fill(7);
  const { methods } = await serve({ large });
  const bytes = (await methods.large?.()) as Uint8Array;
  expect(bytes).toHaveLength(20_000_000);
  expect(bytes.every((byte) => byte === 7)).toBe(true);
  expect(publishesTo("_INBOX")).toHaveLength(3);
});

test("few of the answers that nobody takes are waited for", async () => {
  const { alice, methods } = await serve({ ok: () => "ok" });
  for (let count = 0; count < 50; count++) {
    await alice.publish("a.b", ["ok", []], {
      headers: { "CN-Reply": `_INBOX.dead.${count}` },
    });
  }
  await until(() => publishesTo("_INBOX.dead").length === 50);
  await expect(methods.ok?.()).resolves.toBe("ok");
  const waits = ground.router.events.filter(
    ({ name }) => name === "wait-for-interest",
  );
  expect(waits).toHaveLength(32);
});

test("an answer that was lost with our own connection is given again", async () => {
  const { host, methods } = await serve({ ok: () => "ok" });
  ground.router.silent.add("publish");
  const call = methods.ok?.();
  await until(() => publishesTo("_INBOX").length === 1);
  ground.router.silent.delete("publish");
  const connected = event(host, "connected");
  ground.router.cut();
  await connected;
  await until(() => publishesTo("_INBOX").length > 1);
  // The first one arrived; only nobody told us.
  await expect(call).resolves.toBe("ok");
});
