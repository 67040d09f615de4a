/** The door, and what the router leaves to its server's owner. */

import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import { openRaw, signInRaw, socketPath } from "../../support/router-client.js";
import { startRouter, type TestRouter } from "../../support/router-server.js";
import { until } from "../../support/until.js";

let router: TestRouter;
afterEach(() => router.close());

const web = () => router.url.replace("ws:", "http:");

/** The status and headers that a handshake is answered with. */
async function handshake(
  path = socketPath,
  headers: Record<string, string> = {},
): Promise<IncomingMessage> {
  const websocket = new WebSocket(`${router.url}${path}`, { headers });
  websocket.on("error", () => {});
  const refused = once(websocket, "unexpected-response").then(
    ([, response]) => response as IncomingMessage,
  );
  const upgraded = once(websocket, "upgrade").then(
    ([response]) => response as IncomingMessage,
  );
  const response = await Promise.race([refused, upgraded]);
  websocket.terminate();
  return response;
}

test("who is not admitted gets 403 and no socket", async () => {
  router = await startRouter({
    admits: ({ headers }) => headers.origin === "http://good.example",
  });
  const bad = await handshake(socketPath, { origin: "http://bad.example" });
  expect(bad.statusCode).toBe(403);
  const good = await handshake(socketPath, { origin: "http://good.example" });
  expect(good.statusCode).toBe(101);
});

test("a check that throws admits nobody", async () => {
  router = await startRouter({
    admits: () => {
      throw new Error("boo");
    },
  });
  expect((await handshake()).statusCode).toBe(400);
});

test("the handshake says that this is a stand-in", async () => {
  router = await startRouter();
  const { headers } = await handshake();
  expect(headers["x-conat-router"]).toBe("project-backups stand-in");
});

test.each([
  ["/elsewhere/", 404],
  ["/conat", 404],
  ["/conat/?EIO=4&transport=polling", 400],
  ["/conat/?EIO=3&transport=websocket", 101],
  [`${socketPath}&sid=abc`, 400],
])("a handshake at %s is answered with %i", async (path, status) => {
  router = await startRouter();
  expect((await handshake(path)).statusCode).toBe(status);
});

test("upgrades elsewhere are left to others, if there are any", async () => {
  router = await startRouter();
  router.server.on("upgrade", ({ url }: IncomingMessage, socket: Duplex) => {
    if (url === "/elsewhere/") {
      socket.end("HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\n\r\n");
    }
  });
  expect((await handshake("/elsewhere/")).statusCode).toBe(418);
});

test("closing ends every connection, and leaves the server as it was", async () => {
  router = await startRouter();
  const client = await signInRaw(router.url, "alice");
  const silent = await openRaw(router.url);
  const deaf = await openRaw(router.url);
  deaf.websocket.pause();
  const inner = { ...router };
  router = { ...router, close: () => Promise.resolve() };
  await inner.router.close();
  await until(() => client.isClosed() && silent.isClosed());
  expect(inner.counts()).toMatchObject({ sockets: 0, subscriptions: 0 });
  expect(inner.server.listenerCount("upgrade")).toBe(0);
  expect(inner.server.listenerCount("request")).toBe(1);
  expect(inner.server.listenerCount("close")).toBe(0);
  const response = await fetch(web());
  expect(await response.text()).toBe("web");
  deaf.websocket.resume();
  await inner.close();
});
