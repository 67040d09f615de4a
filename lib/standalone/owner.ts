/** The first account: whoever starts the host owns all of its projects. */

import { join } from "node:path";
import { BackupError } from "../../conat-api/index.js";
import { type Account, type Accounts, newToken } from "./accounts.js";
import { replacePrivately } from "../private-file.js";

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
  const token = newToken();
  try {
    const owner = { name: ownerName, everywhere: "owner" } as const;
    const { account } = await accounts.add(owner, {
      token,
      // First, while nobody else adds one: an owner whose token is nowhere
      // could never come in.
      before: () =>
        replacePrivately(join(dataDir, "owner.token"), `${token}\n`),
    });
    return account;
  } catch (error) {
    const taken = error instanceof BackupError && error.code === "CONFLICT";
    if (!taken) throw error;
    // Another process was first.
    return accounts.named(ownerName);
  }
}
