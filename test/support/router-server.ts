/** A router on a port of its own, with people who sign in by name. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Role, silentLogger } from "../../lib/host.js";
import {
  createRouter,
  type Identity,
  type Router,
  type RouterOptions,
} from "../../lib/standalone/router/index.js";

export const ids = {
  alice: "11111111-1111-4111-8111-111111111111",
  bob: "44444444-4444-4444-8444-444444444444",
  project: "22222222-2222-4222-8222-222222222222",
  other: "55555555-5555-4555-8555-555555555555",
  host: "33333333-3333-4333-8333-333333333333",
} as const;

/** What `auth.bearer` may say. */
const people: Record<string, Identity> = {
  host: { hub_id: "system" },
  alice: { account_id: ids.alice },
  bob: { account_id: ids.bob },
  project: { project_id: ids.project },
};

export interface TestRouter extends Router {
  /** Only it: `close` of this one also closes its server. */
  router: Router;
  /** `ws://127.0.0.1:port` */
  url: string;
  server: Server;
  /** By `<project_id> <account_id>`; change it as you like. */
  roles: Map<string, Role>;
}

export async function startRouter(
  options: Partial<Omit<RouterOptions, "server">> = {},
): Promise<TestRouter> {
  const server = createServer((_request, response) => response.end("web"));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const roles = new Map<string, Role>([
    [`${ids.project} ${ids.alice}`, "owner"],
  ]);
  const router = createRouter({
    server,
    authenticate: ({ auth }) => signIn(auth["bearer"]),
    knows: () => true,
    role: async (project, account) => roles.get(`${project} ${account}`),
    admits: () => true,
    logger: silentLogger,
    ...options,
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    server,
    router,
    roles,
    counts: () => router.counts(),
    async close() {
      await router.close();
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function signIn(bearer: unknown): Identity {
  const found = typeof bearer === "string" ? people[bearer] : undefined;
  if (!found) throw new Error("no such token");
  return found;
}
