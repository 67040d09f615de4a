/**
 * Tickets: what a browser shows instead of a token. A link's ticket is good
 * once and for minutes, so that it does no harm in a history; a session's
 * ticket is the cookie. Both are sealed with a key of this data directory and
 * end when the account's token does.
 */

import {
  createHash,
  createHmac,
  randomBytes,
  randomUUID,
  timingSafeEqual,
} from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { BackupError } from "../../conat-api/index.js";
import type { Clock } from "../host.js";
import type { Account, Accounts } from "./accounts.js";
import { writeNewPrivately } from "../private-file.js";

export type TicketKind = "link" | "session";

/** How long a ticket is good. */
export const ticketMs: Record<TicketKind, number> = {
  link: 15 * 60_000,
  session: 30 * 24 * 3_600_000,
};

export interface Tickets {
  issue(kind: TicketKind, account: Account): string;
  /** Whose ticket it is; undefined: forged, expired, or of a gone account. */
  open(kind: TicketKind, ticket: string): Account | undefined;
  /** The same, for the one time that a link is good. */
  redeem(link: string): Account | undefined;
  /** From now on it is good for nothing, whoever has it. */
  spend(kind: TicketKind, ticket: string): void;
}

export function createTickets(
  dataDir: string,
  accounts: Accounts,
  clock: Clock,
): Tickets {
  const key = readKey(join(dataDir, "session.key"));
  const spent = spentTickets(join(dataDir, "spent-tickets"), clock);
  const seal = (body: string, { token_sha256 }: Account) =>
    createHmac("sha256", key)
      .update(`${body}.${token_sha256}`)
      .digest("base64url");

  const open: Tickets["open"] = (kind, ticket) => {
    const [of, account_id = "", expires, nonce, ...rest] = ticket.split(".");
    const account = accounts.get(account_id);
    if (of !== kind || rest.length !== 1 || !account) return undefined;
    const body = [of, account_id, expires, nonce].join(".");
    // Not decoded: many texts stand for the same bytes, and a link is good once.
    const given = Buffer.from(rest[0] ?? "");
    const right = Buffer.from(seal(body, account));
    if (given.length !== right.length) return undefined;
    const good = timingSafeEqual(given, right) && Number(expires) > clock.now();
    return good && !spent.has(kind, ticket) ? account : undefined;
  };
  return {
    open,
    issue(kind, account) {
      const expires = clock.now() + ticketMs[kind];
      const body = [kind, account.account_id, expires, randomUUID()].join(".");
      return `${body}.${seal(body, account)}`;
    },
    redeem(link) {
      const account = open("link", link);
      return account && spent.add("link", link) ? account : undefined;
    },
    spend(kind, ticket) {
      if (open(kind, ticket)) spent.add(kind, ticket);
    },
  };
}

/**
 * A file for each ticket that is good no more before its time: it holds over
 * another start of the host as well. Files of tickets that have expired go.
 */
function spentTickets(directory: string, clock: Clock) {
  const pathOf = (kind: TicketKind, ticket: string) =>
    join(
      directory,
      `${kind}-${createHash("sha256").update(ticket).digest("hex")}`,
    );
  const sweep = (): void => {
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      const kind = name.startsWith("link-") ? "link" : "session";
      // Another process may sweep as well.
      const stats = statSync(path, { throwIfNoEntry: false });
      const expired = clock.now() - ticketMs[kind];
      if (stats && stats.mtimeMs < expired) rmSync(path, { force: true });
    }
  };
  return {
    has: (kind: TicketKind, ticket: string) => existsSync(pathOf(kind, ticket)),
    /** false: somebody had done it before. */
    add(kind: TicketKind, ticket: string): boolean {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      sweep();
      try {
        writeNewPrivately(pathOf(kind, ticket), "");
        return true;
      } catch (error) {
        if ((error as { code?: string }).code === "EEXIST") return false;
        throw error;
      }
    },
  };
}

const keyBytes = 32;

/** Made at first use; whoever comes first, all use the same. */
function readKey(path: string): Buffer {
  if (!existsSync(path)) makeKey(path);
  const key = readFileSync(path);
  if (key.length === keyBytes) return key;
  throw new BackupError("FILESYSTEM_FAILED", `${path} is not a whole key.`, {
    hint: "Remove it: a new one is made, and everybody signs in again.",
  });
}

/** Whole or not at all: nobody may read it while it is being written. */
function makeKey(path: string): void {
  const next = `${path}.${randomUUID()}`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    writeNewPrivately(next, randomBytes(keyBytes));
    linkSync(next, path);
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw error;
  } finally {
    rmSync(next, { force: true });
  }
}
