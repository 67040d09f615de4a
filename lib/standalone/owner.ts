/** The first account: whoever starts the host owns all of its projects. */

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Account, Accounts } from "./accounts.js";

export const ownerName = "owner";

/**
 * Made when nobody can sign in yet; its token is in `<dataDir>/owner.token`,
 * for the command line.
 */
export async function ensureOwner(
  dataDir: string,
  accounts: Accounts,
): Promise<Account | undefined> {
  if (accounts.list().length > 0) return accounts.named(ownerName);
  const { account, token } = await accounts.add({
    name: ownerName,
    everywhere: "owner",
  });
  const path = join(dataDir, "owner.token");
  // A token of accounts that somebody removed opens nothing.
  if (!existsSync(path)) writeFileSync(path, "", { mode: 0o600, flag: "wx" });
  writeFileSync(path, `${token}\n`);
  return account;
}
