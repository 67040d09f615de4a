import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../lib/host.js";
import { linkTo, signInLink } from "../../lib/standalone/link.js";
import {
  createTickets,
  ticketMs,
  type TicketKind,
} from "../../lib/standalone/tickets.js";
import {
  makePeople,
  modeOf,
  stoppedClock,
} from "../support/standalone-accounts.js";
import { useAccountsAtOnce } from "../support/standalone-processes.js";

async function makeTickets() {
  const people = await makePeople();
  const clock = stoppedClock();
  const tickets = createTickets(people.dataDir, people.accounts, clock);
  return { ...people, clock, tickets };
}

const kinds: TicketKind[] = ["link", "session"];

describe.each(kinds)("a ticket for a %s", (kind) => {
  const other = kind === "link" ? "session" : "link";

  test("says whose it is until its time is over", async () => {
    const { tickets, clock, ann } = await makeTickets();
    const ticket = tickets.issue(kind, ann.account);
    clock.forward(ticketMs[kind] - 1);
    expect(tickets.open(kind, ticket)).toEqual(ann.account);
    clock.forward(1);
    expect(tickets.open(kind, ticket)).toBeUndefined();
  });

  test("is not good for a %s's use of the other kind", async () => {
    const { tickets, ann } = await makeTickets();
    const ticket = tickets.issue(kind, ann.account);
    expect(tickets.open(other, ticket)).toBeUndefined();
    const renamed = ticket.replace(kind, other);
    expect(tickets.open(other, renamed)).toBeUndefined();
  });

  test("with any part changed, taken away or added is good for nothing", async () => {
    const { tickets, clock, ann, bob } = await makeTickets();
    const parts = tickets.issue(kind, ann.account).split(".");
    const bobs = tickets.issue(kind, bob.account).split(".");
    const changed = (at: number, part: string) => parts.with(at, part);
    const forged = [
      changed(1, bob.account.account_id),
      changed(2, String(clock.now() + 10 * ticketMs[kind])),
      changed(2, "Infinity"),
      changed(3, randomUUID()),
      changed(4, bobs[4] ?? ""),
      changed(4, ""),
      changed(4, "A".repeat(43)),
      parts.slice(0, 4),
      parts.slice(0, 1),
      [...parts, ""],
      [...parts, parts[4] ?? ""],
      [""],
      ["", "", "", "", ""],
    ].map((one) => one.join("."));
    for (const one of forged) expect(tickets.open(kind, one)).toBeUndefined();
    expect(tickets.open(kind, parts.join("."))).toEqual(ann.account);
  });

  test("can be written in one way only", async () => {
    const { tickets, ann } = await makeTickets();
    const ticket = tickets.issue(kind, ann.account);
    for (const other of sameBytes(ticket)) {
      expect(tickets.open(kind, other)).toBeUndefined();
    }
  });

  test("ends with its account, and with its account's token", async () => {
    const { dataDir, accounts, tickets, ann, bob } = await makeTickets();
    const [anns, bobs] = [ann, bob].map(({ account }) =>
      tickets.issue(kind, account),
    ) as [string, string];
    await accounts.remove("ann");
    await accounts.add({ name: "ann", everywhere: "owner" });
    expect(tickets.open(kind, anns)).toBeUndefined();

    expect(tickets.open(kind, bobs)).toBeDefined();
    const path = join(dataDir, "accounts.toml");
    const text = readFileSync(path, "utf8");
    const { token_sha256 } = bob.account;
    writeFileSync(path, text.replace(token_sha256, "0".repeat(64)));
    expect(accounts.named("bob")).toBeDefined();
    expect(tickets.open(kind, bobs)).toBeUndefined();
  });

  test("of another host is good for nothing, were its accounts the same", async () => {
    const [here, there] = [await makeTickets(), await makeTickets()];
    const copy = readFileSync(join(here.dataDir, "accounts.toml"));
    writeFileSync(join(there.dataDir, "accounts.toml"), copy);
    const ticket = here.tickets.issue(kind, here.ann.account);
    expect(there.accounts.named("ann")).toEqual(here.ann.account);
    expect(there.tickets.open(kind, ticket)).toBeUndefined();
  });
});

describe("a link", () => {
  test("is used up for another start of the host as well", async () => {
    const { dataDir, accounts, clock, tickets, ann } = await makeTickets();
    const link = tickets.issue("link", ann.account);
    expect(tickets.redeem(link)).toEqual(ann.account);
    const again = createTickets(dataDir, accounts, clock);
    expect(again.open("link", link)).toBeUndefined();
    expect(again.redeem(link)).toBeUndefined();
  });

  test("is good once", async () => {
    const { tickets, ann } = await makeTickets();
    const link = tickets.issue("link", ann.account);
    expect(tickets.redeem(link)).toEqual(ann.account);
    expect(tickets.redeem(link)).toBeUndefined();
    const second = tickets.issue("link", ann.account);
    expect(tickets.redeem(second)).toEqual(ann.account);
  });

  test("is not good again in other letters for the same bytes", async () => {
    const { tickets, ann } = await makeTickets();
    const link = tickets.issue("link", ann.account);
    expect(tickets.redeem(link)).toBeDefined();
    for (const other of sameBytes(link)) {
      expect(tickets.redeem(other)).toBeUndefined();
    }
  });

  test("that was used stays used until it is too old, whatever comes in between", async () => {
    const { tickets, clock, ann } = await makeTickets();
    const link = tickets.issue("link", ann.account);
    tickets.redeem(link);
    for (let minute = 0; minute < 20; minute++) {
      clock.forward(60_000);
      expect(tickets.redeem(link)).toBeUndefined();
      const another = tickets.issue("link", ann.account);
      expect(tickets.redeem(another)).toBeDefined();
    }
  });

  test("is not used up by whoever shows a wrong one", async () => {
    const { tickets, ann } = await makeTickets();
    const link = tickets.issue("link", ann.account);
    expect(tickets.redeem(`${link}x`)).toBeUndefined();
    expect(tickets.redeem(link)).toEqual(ann.account);
  });

  test("carries its ticket where no server sees it", async () => {
    const { tickets, ann } = await makeTickets();
    const url = new URL(
      linkTo("http://127.0.0.1:8643/x?y", tickets, ann.account),
    );
    expect(`${url.origin}${url.pathname}${url.search}`).toBe(
      "http://127.0.0.1:8643/",
    );
    const token = new URLSearchParams(url.hash.slice(1)).get("token") ?? "";
    expect(tickets.redeem(token)).toEqual(ann.account);
  });

  test.each(["", "localhost", "localhost:8643", "/", "javascript:alert(1)"])(
    "to %j is refused: that is no host's URL",
    async (url) => {
      const { tickets, ann } = await makeTickets();
      expect(() => linkTo(url, tickets, ann.account)).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }),
      );
    },
  );

  test("may be made by another process than the one that it opens", async () => {
    const { dataDir, accounts, clock, tickets, ann } = await makeTickets();
    const made = { accounts, clock };
    const url = signInLink(dataDir, made, ann.account, "http://localhost:1");
    const token = url.slice(url.indexOf("=") + 1);
    expect(tickets.redeem(token)).toEqual(ann.account);
  });
});

describe("the key", () => {
  test("is this user's alone, and the same after a restart", async () => {
    const { dataDir, accounts, clock, tickets, ann } = await makeTickets();
    const path = join(dataDir, "session.key");
    expect(statSync(path).size).toBe(32);
    expect(modeOf(path)).toBe("600");
    const again = createTickets(dataDir, accounts, clock);
    const ticket = tickets.issue("session", ann.account);
    expect(again.open("session", ticket)).toEqual(ann.account);
    expect(readdirSync(dataDir).filter((name) => /key/.test(name))).toEqual([
      "session.key",
    ]);
  });

  test.each([0, 5, 31])(
    "is refused when only %d bytes of it are there",
    async (length) => {
      const { dataDir, accounts } = await makePeople();
      const path = join(dataDir, "session.key");
      writeFileSync(path, Buffer.alloc(length));
      expect(() => createTickets(dataDir, accounts, systemClock)).toThrow(
        expect.objectContaining({
          code: "FILESYSTEM_FAILED",
          message: expect.stringContaining(path),
        }),
      );
    },
  );

  test("is one, even when many processes begin at once", async () => {
    for (let trial = 0; trial < 3; trial++) {
      const { dataDir, accounts, ann } = await makePeople();
      const command = [dataDir, "ticket", "ann"];
      const printed = await useAccountsAtOnce([command, command, command]);
      const tickets = createTickets(dataDir, accounts, systemClock);
      for (const ticket of printed) {
        expect(tickets.open("session", String(ticket))).toEqual(ann.account);
      }
    }
  });
});

/** Other texts that Node decodes to the seal of this ticket. */
function sameBytes(ticket: string): string[] {
  const at = ticket.lastIndexOf(".") + 1;
  const [body, seal] = [ticket.slice(0, at), ticket.slice(at)];
  const bytes = Buffer.from(seal, "base64url");
  const letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const others = [
    ...["=", "==", "!", " ", "\n"].flatMap((one) => [
      `${seal}${one}`,
      `${one === "=" || one === "==" ? "~" : one}${seal}`,
    ]),
    ...[...letters].map((last) => `${seal.slice(0, -1)}${last}`),
  ].filter((one) => one !== seal);
  const same = others.filter((one) =>
    Buffer.from(one, "base64url").equals(bytes),
  );
  if (same.length < 8) throw new Error("these are not the same bytes");
  return same.map((one) => `${body}${one}`);
}
