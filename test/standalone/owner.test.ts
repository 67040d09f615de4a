import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { openAccounts } from "../../lib/standalone/accounts.js";
import { ensureOwner } from "../../lib/standalone/owner.js";
import { modeOf } from "../support/standalone-accounts.js";
import { useAccountsAtOnce } from "../support/standalone-processes.js";
import { tempDir } from "../support/temp.js";

function newHost() {
  const dataDir = tempDir("data");
  const path = join(dataDir, "owner.token");
  const accounts = openAccounts(dataDir);
  const token = () => readFileSync(path, "utf8").trim();
  return { dataDir, path, accounts, token };
}

describe("whoever starts a new host", () => {
  test("owns all of its projects, by a token that only this user can read", async () => {
    const { dataDir, path, accounts, token } = newHost();
    const owner = await ensureOwner(dataDir, accounts);
    expect(owner).toMatchObject({ name: "owner", hub: false });
    expect(accounts.ofToken(token())).toEqual(owner);
    expect(modeOf(path)).toBe("600");
    const role = accounts.role(randomUUID(), owner?.account_id ?? "");
    expect(role).toBe("owner");
  });

  test("is the same at the next start, with the same token", async () => {
    const { dataDir, accounts, token } = newHost();
    const owner = await ensureOwner(dataDir, accounts);
    const before = token();
    expect(await ensureOwner(dataDir, openAccounts(dataDir))).toEqual(owner);
    expect(token()).toBe(before);
    expect(accounts.list()).toHaveLength(1);
  });

  test("is one, though two start at once", async () => {
    const { dataDir, accounts, token } = newHost();
    const [one, other] = await Promise.all([
      ensureOwner(dataDir, accounts),
      ensureOwner(dataDir, openAccounts(dataDir)),
    ]);
    expect(one).toEqual(other);
    expect(accounts.list()).toEqual([one]);
    expect(accounts.ofToken(token())).toEqual(one);
  });

  test("is one, though three processes start at once", async () => {
    const { dataDir, accounts, token } = newHost();
    const command = [dataDir, "owner"];
    const printed = await useAccountsAtOnce([command, command, command]);
    const owner = accounts.named("owner");
    expect(printed).toEqual(Array(3).fill(owner?.account_id));
    expect(accounts.ofToken(token())).toEqual(owner);
  });
});

test("where others can sign in already nobody is made owner", async () => {
  const { dataDir, path, accounts } = newHost();
  await accounts.add({ name: "ann", everywhere: "viewer" });
  expect(await ensureOwner(dataDir, accounts)).toBeUndefined();
  expect(accounts.list()).toHaveLength(1);
  expect(existsSync(path)).toBe(false);
});

test("a token of accounts that are gone is replaced, for this user alone", async () => {
  const { dataDir, path, accounts, token } = newHost();
  writeFileSync(path, `${"old".repeat(100)}\n`, { mode: 0o644 });
  const owner = await ensureOwner(dataDir, accounts);
  expect(accounts.ofToken(token())).toEqual(owner);
  expect(modeOf(path)).toBe("600");
});

test("a broken accounts file gives nobody a host of their own", async () => {
  const { dataDir, path, accounts } = newHost();
  writeFileSync(join(dataDir, "accounts.toml"), "[[account");
  await expect(ensureOwner(dataDir, accounts)).rejects.toMatchObject({
    code: "FILESYSTEM_FAILED",
  });
  expect(existsSync(path)).toBe(false);
});
