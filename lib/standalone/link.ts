/** A URL of the page that signs in. */

import { BackupError } from "../../conat-api/index.js";
import type { Clock } from "../host.js";
import type { Account, Accounts } from "./accounts.js";
import { createTickets, type Tickets } from "./tickets.js";

export const defaultPort = 8643;

/** From another process than the host's: they share the key. */
export function signInLink(
  dataDir: string,
  { accounts, clock }: { accounts: Accounts; clock: Clock },
  account: Account,
  url: string,
): string {
  return linkTo(url, createTickets(dataDir, accounts, clock), account);
}

/**
 * After the `#`: it goes to no server, log or referrer.
 *
 * @throws BackupError INVALID_ARGUMENT
 */
export function linkTo(
  url: string,
  tickets: Tickets,
  account: Account,
): string {
  if (!/^https?:/i.test(url) || !URL.canParse(url)) {
    throw new BackupError(
      "INVALID_ARGUMENT",
      `${url} is not the URL of a host.`,
    );
  }
  const page = new URL("/", url);
  page.hash = `token=${tickets.issue("link", account)}`;
  return page.href;
}
