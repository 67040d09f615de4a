/** Signing in: a token, a link or a cookie becomes an account. */

import type { IncomingHttpHeaders } from "node:http";
import type { Account, Accounts } from "./accounts.js";
import { ticketMs, type Tickets } from "./tickets.js";

export interface SignIn {
  /** The value of the cookie; undefined: neither a token nor a good link. */
  begin(secret: string): { account: Account; cookie: string } | undefined;
  /** By the cookie, or by `Authorization: Bearer <token>`. */
  who(headers: IncomingHttpHeaders): Account | undefined;
  /** The session of the cookie ends, in every tab. */
  end(headers: IncomingHttpHeaders): void;
  /** Set-Cookie of a session; "" ends it. */
  setCookie(value: string, secure: boolean): string;
}

/**
 * Cookies are not kept apart by port: the name holds the host's id, so that
 * two hosts on one machine do not sign each other's people out.
 */
export function createSignIn(
  accounts: Accounts,
  tickets: Tickets,
  host_id: string,
): SignIn {
  const name = `project_backups_${host_id}`;
  return {
    begin(secret) {
      const account = accounts.ofToken(secret) ?? tickets.redeem(secret);
      return account && { account, cookie: tickets.issue("session", account) };
    },
    who({ authorization, cookie }) {
      const token = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1];
      if (token !== undefined) return accounts.ofToken(token);
      const ticket = readCookie(cookie, name);
      return ticket === undefined ? undefined : tickets.open("session", ticket);
    },
    end({ cookie }) {
      const ticket = readCookie(cookie, name);
      if (ticket !== undefined) tickets.spend("session", ticket);
    },
    setCookie: (value, secure) =>
      [
        `${name}=${value}`,
        "Path=/",
        "HttpOnly",
        "SameSite=Strict",
        `Max-Age=${value ? Math.floor(ticketMs.session / 1000) : 0}`,
        ...(secure ? ["Secure"] : []),
      ].join("; "),
  };
}

function readCookie(header = "", name: string): string | undefined {
  const pairs = header.split(";").map((pair) => pair.trim());
  return pairs
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}
