/**
 * Tickets: what a browser shows instead of a token. A link's ticket is good
 * once and for minutes, so that it does no harm in a history; a session's
 * ticket is the cookie. Both are sealed with a key of this data directory and
 * end when the account's token does.
 */

import {
  createHmac,
  randomBytes,
  randomUUID,
  timingSafeEqual,
} from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Clock } from "../host.js";
import type { Account, Accounts } from "./accounts.js";

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
}

export function createTickets(
  dataDir: string,
  accounts: Accounts,
  clock: Clock,
): Tickets {
  const key = readKey(join(dataDir, "session.key"));
  /** Links that were used, until they expire. */
  const used = new Map<string, number>();
  const seal = (body: string, { token_sha256 }: Account) =>
    createHmac("sha256", key).update(`${body}.${token_sha256}`).digest();

  const open: Tickets["open"] = (kind, ticket) => {
    const [of, account_id = "", expires, nonce, ...rest] = ticket.split(".");
    const account = accounts.get(account_id);
    if (of !== kind || rest.length !== 1 || !account) return undefined;
    const body = [of, account_id, expires, nonce].join(".");
    const given = Buffer.from(rest[0] ?? "", "base64url");
    const right = seal(body, account);
    if (given.length !== right.length) return undefined;
    const good = timingSafeEqual(given, right) && Number(expires) > clock.now();
    return good ? account : undefined;
  };
  return {
    open,
    issue(kind, account) {
      const expires = clock.now() + ticketMs[kind];
      const body = [kind, account.account_id, expires, randomUUID()].join(".");
      return `${body}.${seal(body, account).toString("base64url")}`;
    },
    redeem(link) {
      const now = clock.now();
      for (const [one, expires] of used) if (expires <= now) used.delete(one);
      const account = open("link", link);
      if (!account || used.has(link)) return undefined;
      used.set(link, now + ticketMs.link);
      return account;
    },
  };
}

/** Made at first use; whoever comes first, all use the same. */
function readKey(path: string): Buffer {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, randomBytes(32), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw error;
  }
  return readFileSync(path);
}
