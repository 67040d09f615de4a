/**
 * A whole host on one machine: web page, Conat router and engine behind one
 * port.
 */

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, isIPv6 } from "node:net";
import { join } from "node:path";
import { BackupError } from "../../conat-api/index.js";
import { connect } from "../../conat-api/wire/index.js";
import type { Session } from "../../conat-api/wire/session.js";
import type { Config } from "../config.js";
import type { Logger } from "../host.js";
import { type ProjectBackups, startProjectBackups } from "../index.js";
import type { Account, Accounts } from "./accounts.js";
import { admitting } from "./admission.js";
import { createStandaloneHost, type StandaloneHost } from "./host.js";
import {
  type Authenticate,
  createRouter,
  type Identity,
} from "./router/index.js";
import { defaultPort, linkTo } from "./link.js";
import { createSignIn, type SignIn } from "./sign-in.js";
import { createTickets } from "./tickets.js";
import { createWeb } from "./web.js";

export interface ServeOptions {
  dataDir: string;
  config: Config;
  logger: Logger;
  /** An address of this machine; default 127.0.0.1. */
  host?: string | undefined;
  /** 0: any free one. */
  port?: number | undefined;
  /** Names, besides localhost and addresses, that this host is reached by. */
  names?: readonly string[];
  pageDir?: string;
}

export interface ServedHost {
  /** Of the page, and of the router for Conat clients. */
  url: string;
  /** The page, signed in as this account; good once, for 15 minutes. */
  link(account: Account): string;
  accounts: Accounts;
  backups: ProjectBackups;
  close(options?: { drainMs?: number }): Promise<void>;
}

/**
 * @throws BackupError CONFLICT when the port is taken; whatever
 * startProjectBackups throws.
 */
export async function serveStandalone(
  options: ServeOptions,
): Promise<ServedHost> {
  const { dataDir, logger, host: address = "127.0.0.1" } = options;
  const host = createStandaloneHost(options);
  const { accounts } = host;
  const tickets = createTickets(dataDir, accounts, host.clock);
  const signIn = createSignIn(accounts, tickets, host.host_id);
  const secret = randomBytes(32).toString("hex");
  const admits = admitting([...(options.names ?? []), address]);
  const web = createWeb({
    pageDir: options.pageDir ?? join(__dirname, "..", "..", "page"),
    admits,
    signIn,
    session: sessionsOf(host),
    logger,
  });
  const server = createServer(web);
  const router = createRouter({
    server,
    authenticate: authenticating(secret, accounts, signIn),
    knows: (identity) => isKnown(identity, accounts),
    role: host.projects.role,
    admits,
    logger,
  });
  const url = await listen(server, address, options.port ?? defaultPort).catch(
    async (error: unknown) => {
      await router.close();
      throw error;
    },
  );
  const conat = connect({ address: url, auth: { bearer: secret } });
  const closeWeb = async () => {
    conat.close();
    await router.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  try {
    await conat.signedIn();
    const lent = { ...host, conat };
    const backups = await startProjectBackups(lent, options.config);
    return {
      ...{ url, accounts, backups },
      link: (account) => linkTo(url, tickets, account),
      async close(how) {
        await backups.close(how).finally(closeWeb);
      },
    };
  } catch (error) {
    await closeWeb();
    throw error;
  }
}

function authenticating(
  secret: string,
  accounts: Accounts,
  signIn: SignIn,
): Authenticate {
  return ({ auth: { bearer }, headers }) => {
    // 256 random bits of this process: a comparison tells nothing.
    if (bearer === secret) return { hub_id: ourselves };
    const account =
      typeof bearer === "string"
        ? accounts.ofToken(bearer)
        : signIn.who(headers);
    if (!account) throw new Error("no such token");
    const { account_id, hub } = account;
    // Not by name: one that is used again is somebody else.
    return hub ? { hub_id: account_id } : { account_id };
  };
}

/** No account has this id. */
const ourselves = "this host";

function isKnown(identity: Identity, accounts: Accounts): boolean {
  if ("account_id" in identity) {
    return accounts.get(identity.account_id) !== undefined;
  }
  if (!("hub_id" in identity)) return false;
  const { hub_id } = identity;
  return hub_id === ourselves || accounts.get(hub_id)?.hub === true;
}

function sessionsOf({
  host_id,
  projects: { list, role: roleOf },
  title,
}: StandaloneHost): (account: Account) => Promise<Session> {
  return async ({ account_id, name, hub }) => {
    const projects = [];
    for (const { project_id } of await list({})) {
      const role = hub ? "owner" : await roleOf(project_id, account_id);
      if (role) projects.push({ project_id, role, title: title(project_id) });
    }
    projects.sort((one, other) => one.title.localeCompare(other.title));
    return { host_id, account_id, name, hub, projects };
  };
}

/** @throws BackupError CONFLICT, INVALID_ARGUMENT */
async function listen(
  server: Server,
  address: string,
  port: number,
): Promise<string> {
  server.listen(port, address);
  try {
    await once(server, "listening");
  } catch (cause) {
    throw cannotListen(address, port, cause);
  }
  const bound = server.address() as AddressInfo;
  // Every address is no address: our own client and people come by loopback.
  const any = ["0.0.0.0", "::"].includes(bound.address);
  const name = any ? "127.0.0.1" : bound.address;
  return `http://${isIPv6(name) ? `[${name}]` : name}:${bound.port}`;
}

function cannotListen(
  address: string,
  port: number,
  cause: unknown,
): BackupError {
  const { code = "" } = cause as { code?: string };
  return code === "EADDRINUSE"
    ? new BackupError(
        "CONFLICT",
        `Something listens on ${address}, port ${port} already.`,
        {
          hint: "Is this host running? Else choose another one with --port.",
          cause,
        },
      )
    : new BackupError(
        "INVALID_ARGUMENT",
        `${address}, port ${port} cannot be listened on (${code}).`,
        { hint: "Name an address of this machine with --host.", cause },
      );
}
