/** The router of the benchmark. Who signs in is who they say. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { silentLogger } from "../../lib/host.js";
import {
  createRouter,
  type Identity,
} from "../../lib/standalone/router/index.js";
import { answerParent } from "./router-parent.js";

export async function runRouter(): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const router = createRouter({
    server,
    authenticate: ({ auth }) => auth as Identity,
    knows: () => true,
    role: () => Promise.resolve("collaborator"),
    admits: () => true,
    logger: silentLogger,
  });
  const { port } = server.address() as AddressInfo;
  answerParent(async ({ gc }) => {
    if (!gc) return { url: `ws://127.0.0.1:${port}` };
    await sleep(1000);
    for (let count = 0; count < 3; count++) {
      globalThis.gc?.();
      await sleep(100);
    }
    return { ...process.memoryUsage(), counts: router.counts() };
  });
}
