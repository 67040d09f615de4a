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
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { BackupError } from "../../conat-api/index.js";
import type { Clock } from "../host.js";
import type { Account, Accounts } from "./accounts.js";
import { writePrivately } from "./managed-file.js";

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
  const used = usedLinks(join(dataDir, "used-links"));
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
    return good ? account : undefined;
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
      return account && used.isFirst(link) ? account : undefined;
    },
  };
}

/**
 * A file for each link that was used, so that it is used up for another start
 * of the host as well. Files of links that have long expired go.
 */
function usedLinks(directory: string): { isFirst(link: string): boolean } {
  return {
    isFirst(link) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      for (const name of readdirSync(directory)) {
        const path = join(directory, name);
        const { mtimeMs } = statSync(path);
        if (Date.now() - mtimeMs > 2 * ticketMs.link) rmSync(path);
      }
      const name = createHash("sha256").update(link).digest("hex");
      try {
        writeFileSync(join(directory, name), "", { flag: "wx", mode: 0o600 });
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
    writePrivately(next, randomBytes(keyBytes));
    linkSync(next, path);
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw error;
  } finally {
    rmSync(next, { force: true });
  }
}
