/** The first account: whoever starts the host owns all of its projects. */

import { join } from "node:path";
import { BackupError } from "../../conat-api/index.js";
import type { Account, Accounts } from "./accounts.js";
import { writePrivately } from "./managed-file.js";

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
  try {
    const { account, token } = await accounts.add({
      name: ownerName,
      everywhere: "owner",
    });
    // One that is there is of accounts that somebody removed.
    writePrivately(join(dataDir, "owner.token"), `${token}\n`);
    return account;
  } catch (error) {
    const taken = error instanceof BackupError && error.code === "CONFLICT";
    if (!taken) throw error;
    // Another process was first.
    return accounts.named(ownerName);
  }
}
