/** What is no message, from a client that means harm or knows no better. */

import { signInRaw } from "../../support/router-client.js";
import { startRouter, type TestRouter } from "../../support/router-server.js";
import { until } from "../../support/until.js";
import { Payload } from "../../support/wire-packets.js";

let router: TestRouter;
beforeEach(async () => {
  router = await startRouter();
});
afterEach(() => router.close());

const enter = (bearer: string) => signInRaw(router.url, bearer);

describe("what is no message", () => {
  const deep = JSON.parse(`${"[".repeat(40)}${"]".repeat(40)}`) as unknown;
  const payload = new Payload(0, 1);
  test.each<[string, unknown[]]>([
    ["publish", []],
    ["publish", [null]],
    ["publish", ["svc.a"]],
    ["publish", [{ subject: "svc.a" }]],
    ["publish", [["svc.a", "id", 0, 1, 0, "no bytes"]]],
    ["publish", [["svc.a", "id", -1, 1, 0, payload]]],
    ["publish", [["svc.a", "id", 0, 1, 0, payload, "no headers"]]],
    ["publish", [["svc.a", "id", 0, 1, 0, payload, { deep }]]],
    ["publish", [["svc.*", "id", 0, 1, 0, payload]]],
    ["publish", [["svc a", "id", 0, 1, 0, payload]]],
    ["publish", [["", "id", 0, 1, 0, payload]]],
    ["subscribe", [{ subject: "svc.a" }]],
    ["subscribe", [{ subject: "svc.>.a", queue: "q" }]],
    ["subscribe", [{ subject: "disconnect", queue: "q" }]],
    ["subscribe", [{ subject: 7, queue: "q" }]],
    ["unsubscribe", ["svc.a"]],
    ["wait-for-interest", [{ subject: "svc.a", timeout: "long" }]],
    ["wait-for-interest", [{ subject: ">", timeout: 1 }]],
    ["__proto__", []],
    ["constructor", [1]],
    ["anything", [1, 2, 3]],
    ["error", [{ message: "boo" }]],
  ])("is refused with 400: %s %j", async (event, args) => {
    const client = await enter("host");
    const reply = await client.ask(event, ...args);
    expect(reply).toMatchObject({
      code: 400,
      error: expect.stringMatching(/^Error: ./),
    });
    expect(router.counts().malformed).toBe(1);
    // And it did no harm.
    expect(await client.ask("subscriptions", null)).toEqual([]);
  });

  test.each(["rpc", "rpc-service", "rpc-raw", "fast-rpc", "fast-rpc-service"])(
    "a call over the router is refused, so that nobody waits: %s",
    async (event) => {
      const client = await enter("host");
      expect(await client.ask(event, { subject: "svc.a" })).toEqual({
        code: 503,
        error: `Error: this router does not offer '${event}'`,
      });
    },
  );

  test.each([
    ["no JSON", "42[", true],
    ["no packet of socket.io", "49", true],
    ["an event without a name", "42[]", true],
    ["an event that socket.io keeps to itself", '42["disconnect"]', true],
    ["more attachments than a message has", '4599-["publish"]', true],
    ["an event whose name is a number", "42[5]", false],
    ["an event without anything", "42", false],
    [
      "nested deeper than the stack",
      `42["publish",["a","b",0,1,0,${"[".repeat(1e5)}${"]".repeat(1e5)}]]`,
      false,
    ],
    [
      "nested deeper than the stack, around bytes",
      `451-["publish",["a","b",0,1,0,${"[".repeat(1e5)}${"]".repeat(1e5)}]]`,
      true,
    ],
    ["an answer that nobody asked for", "4377[1]", false],
    ["another namespace", "40/admin,{}", false],
  ])("ends at most its own connection: %s", async (_what, frame, ends) => {
    const other = await enter("host");
    const client = await enter("alice");
    client.sendFrames(frame);
    if (frame.startsWith("451-")) client.sendFrames(Buffer.from("x"));
    // Its own connection first, then that of another.
    if (ends) await until(client.isClosed);
    else await client.ask("subscriptions");
    expect(await other.ask("subscriptions")).toEqual([]);
  });
});
