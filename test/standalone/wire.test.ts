/** Our client and our router, together. */

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect, type WireClient } from "../../conat-api/wire/index.js";
import { silentLogger } from "../../lib/host.js";
import {
  createRouter,
  type Router,
} from "../../lib/standalone/router/index.js";
import { until } from "../support/until.js";

const account_id = "11111111-1111-4111-8111-111111111111";
const project_id = "22222222-2222-4222-8222-222222222222";
const served = `project.${project_id}.things.-`;

type Running = { port: number; server: Server; router: Router };

let running: Running;
let clients: WireClient[] = [];

async function start(port = 0): Promise<Running> {
  const server = createServer();
  const router = createRouter({
    server,
    authenticate: ({ auth }) =>
      auth["bearer"] === "host" ? { hub_id: "system" } : { account_id },
    knows: () => true,
    role: () => Promise.resolve("owner"),
    admits: () => true,
    logger: silentLogger,
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, server, router };
}

async function stop({ router, server }: Running): Promise<void> {
  await router.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function client(bearer: string): Promise<WireClient> {
  const made = connect({
    address: `http://127.0.0.1:${running.port}`,
    auth: { bearer },
    reconnectDelayMs: 50,
    reconnectDelayMaxMs: 200,
  });
  clients.push(made);
  await made.signedIn();
  return made;
}

beforeEach(async () => {
  running = await start();
});

afterEach(async () => {
  for (const one of clients) one.close();
  clients = [];
  await stop(running);
});

type Call = Record<string, (...args: unknown[]) => Promise<unknown>>;

test("a reply of 20 MB arrives whole, and so does what was asked with it", async () => {
  const host = await client("host");
  const alice = await client("alice");
  const film = randomBytes(20e6);
  await host.service(served, { film: (name: string) => ({ name, film }) });
  const call = alice.call(served) as Call;
  const reply = (await call["film"]?.("rain")) as { film: Uint8Array };
  expect(Buffer.compare(Buffer.from(reply.film), film)).toBe(0);
  expect(reply).toMatchObject({ name: "rain" });
});

test("after a restart of the router services and subscriptions are back, none doubled", async () => {
  const host = await client("host");
  const alice = await client("alice");
  let asked = 0;
  await host.service(served, { count: () => ++asked });
  const heard: unknown[] = [];
  const events = await alice.subscribe(`project.${project_id}.events.-`);
  void (async () => {
    for await (const { data } of events) heard.push(data);
  })();

  for (const round of [1, 2, 3]) {
    const { port } = running;
    await stop(running);
    await until(() => alice.state !== "connected");
    running = await start(port);
    await until(
      () => host.state === "connected" && alice.state === "connected",
    );
    await alice.waitForInterest(served, { timeout: 5000 });
    const call = alice.call(served) as Call;
    expect(await call["count"]?.()).toBe(round);
    await host.publish(`project.${project_id}.events.-`, { round });
    await until(() => heard.length >= round);
    expect(heard).toHaveLength(round);
    expect(running.router.counts()).toMatchObject({ connections: 2 });
  }
  events.close();
});

test("what a router refuses is refused to the service, not tried for ever", async () => {
  const alice = await client("alice");
  const subject = "project-host.a.project-backups";
  await expect(alice.service(subject, {})).rejects.toMatchObject({ code: 403 });
  await expect(alice.request(subject, [])).rejects.toMatchObject({ code: 403 });
});
