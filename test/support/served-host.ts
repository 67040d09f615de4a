import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  accountSubject,
  createClient,
  hubSubject,
  type ProjectBackupsApi,
} from "../../conat-api/index.js";
import { connect, type WireClient } from "../../conat-api/wire/index.js";
import { parseConfig } from "../../lib/config.js";
import { type Logger, silentLogger } from "../../lib/host.js";
import type { Account, NewAccount } from "../../lib/standalone/accounts.js";
import {
  type ServedHost,
  type ServeOptions,
  serveStandalone,
} from "../../lib/standalone/serve.js";
import { tempDir } from "./temp.js";

export type TestServedHost = ServedHost & {
  host_id: string;
  dataDir: string;
  /** Holds `restored/` and, unless another was named, `repository/`. */
  root: string;
  project_id: string;
  projectDir: string;
  /** A new account, its token and a client that is signed in as it. */
  signIn(account?: Partial<NewAccount>): Promise<SignedIn>;
};

export type SignedIn = {
  account: Account;
  token: string;
  client: WireClient;
  /** The contract, as this account (or as the hub). */
  api: ProjectBackupsApi;
};

export type ServedHostOptions = {
  root?: string;
  host_id?: string;
  repository?: string;
  logger?: Logger;
} & Pick<ServeOptions, "port" | "host" | "names">;

const page = '<!doctype html><meta name="csp-nonce" content="__NONCE__">';

/** A whole standalone host in this process, on a free port; close it. */
export async function serveTestHost({
  root = tempDir("served"),
  host_id = randomUUID(),
  repository = join(root, "repository"),
  logger = silentLogger,
  ...serving
}: ServedHostOptions = {}): Promise<TestServedHost> {
  const project_id = "0a0a0a0a-0000-4000-8000-000000000001";
  const projectDir = join(root, "projects", project_id);
  const dataDir = join(root, "data");
  const pageDir = join(root, "page");
  for (const one of [projectDir, join(root, "restored"), pageDir]) {
    mkdirSync(one, { recursive: true });
  }
  writeFileSync(join(projectDir, "notes.txt"), "important\n");
  writeFileSync(join(pageDir, "index.html"), page);
  const config = parseConfig({
    host_id,
    projects: { directory: join(root, "projects") },
    repository: { kind: "local", path: repository },
    restore: { directories: [join(root, "restored")] },
    // Nothing but what a test asks for.
    schedule: { enabled: false },
  });
  const served = await serveStandalone({
    ...{ dataDir, config, logger, pageDir, port: 0 },
    ...serving,
  });
  const clients: WireClient[] = [];
  return {
    ...served,
    ...{ host_id, dataDir, root, project_id, projectDir },
    async signIn(asked = {}) {
      const added = await served.accounts.add({
        name: randomUUID(),
        everywhere: "owner",
        ...asked,
      });
      const { account, token } = added;
      const client = connect({ address: served.url, auth: { bearer: token } });
      clients.push(client);
      await client.signedIn();
      const subject = account.hub
        ? hubSubject(host_id)
        : accountSubject(account.account_id, project_id);
      return { ...added, client, api: createClient({ client, subject }) };
    },
    async close(how) {
      for (const client of clients) client.close();
      await served.close(how);
    },
  };
}
