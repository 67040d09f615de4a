/**
 * The router of the benchmark. Who signs in is who they say; but who they are
 * is looked up, as on a real host, in a file of accounts.
 */

import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { silentLogger } from "../../lib/host.js";
import { openAccounts } from "../../lib/standalone/accounts.js";
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
  const accounts = await fileOfAccounts();
  const router = createRouter({
    server,
    authenticate: ({ auth }) => auth as Identity,
    knows(identity) {
      if ("account_id" in identity) accounts.get(identity.account_id);
      else if ("hub_id" in identity) accounts.named(identity.hub_id);
      return true;
    },
    role: async (project_id, account_id) =>
      accounts.role(project_id, account_id) ?? "collaborator",
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

async function fileOfAccounts() {
  const directory = mkdtempSync(join(tmpdir(), "router-bench-"));
  process.on("exit", () => rmSync(directory, { recursive: true }));
  const accounts = openAccounts(directory);
  for (let count = 0; count < 20; count++) {
    await accounts.add({ name: `person-${count}`, everywhere: "viewer" });
  }
  return accounts;
}
