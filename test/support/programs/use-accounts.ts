/**
 * Waits for a line, then does `<dataDir> <verb> <name> [count]`: adds accounts
 * `<name>-<n>`, makes the owner, or issues a session's ticket. Prints the
 * tokens, the owner's id, or the ticket; or the error.
 */

import { once } from "node:events";
import { systemClock } from "../../../lib/host.js";
import { openAccounts } from "../../../lib/standalone/accounts.js";
import { ensureOwner } from "../../../lib/standalone/owner.js";
import { createTickets } from "../../../lib/standalone/tickets.js";
import { say } from "./say.js";

const [dataDir = "", verb = "", name = "", count = "1"] = process.argv.slice(2);
const accounts = openAccounts(dataDir);

const verbs: Record<string, () => Promise<unknown>> = {
  async add() {
    const tokens = [];
    for (let n = 0; n < Number(count); n++) {
      tokens.push((await accounts.add({ name: `${name}-${n}` })).token);
    }
    return tokens;
  },
  async owner() {
    return (await ensureOwner(dataDir, accounts))?.account_id;
  },
  async ticket() {
    const account = accounts.named(name);
    if (!account) throw new Error(`no account ${name}`);
    const tickets = createTickets(dataDir, accounts, systemClock);
    return tickets.issue("session", account);
  },
};

async function main(): Promise<void> {
  say("ready");
  await once(process.stdin, "data");
  const done = await verbs[verb]?.().catch((error: unknown) => ({
    error: String(error),
  }));
  say(JSON.stringify(done));
  process.stdin.destroy();
}

void main();
