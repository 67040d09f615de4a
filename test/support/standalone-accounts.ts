/** A data directory with people, and a clock that stands still. */

import { statSync } from "node:fs";
import type { Clock } from "../../lib/host.js";
import {
  type Account,
  type Accounts,
  openAccounts,
} from "../../lib/standalone/accounts.js";
import { tempDir } from "./temp.js";

export type TestClock = Clock & { forward(ms: number): void };

export function stoppedClock(now = 1_700_000_000_000): TestClock {
  return { now: () => now, forward: (ms) => void (now += ms) };
}

export type Person = { account: Account; token: string };

export type TestPeople = {
  dataDir: string;
  accounts: Accounts;
  ann: Person;
  bob: Person;
};

export async function makePeople(): Promise<TestPeople> {
  const dataDir = tempDir("data");
  const accounts = openAccounts(dataDir);
  const ann = await accounts.add({ name: "ann", everywhere: "owner" });
  const bob = await accounts.add({ name: "bob", everywhere: "viewer" });
  return { dataDir, accounts, ann, bob };
}

/** Such as `600`. */
export function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}
