import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openAccounts } from "../../lib/standalone/accounts.js";
import { makePeople, modeOf } from "../support/standalone-accounts.js";
import { useAccountsAtOnce } from "../support/standalone-processes.js";
import { tempDir } from "../support/temp.js";

const open = () => {
  const dataDir = tempDir("data");
  return { dataDir, accounts: openAccounts(dataDir) };
};

describe("a token", () => {
  test("is its account's, and nobody else's", async () => {
    const { accounts, ann, bob } = await makePeople();
    expect(accounts.ofToken(ann.token)).toEqual(ann.account);
    expect(accounts.ofToken(bob.token)).toEqual(bob.account);
    expect(ann.token).not.toBe(bob.token);
    expect(Buffer.from(ann.token, "base64url")).toHaveLength(32);
  });

  test("that nobody has opens nothing, nor does what the file says of one", async () => {
    const { accounts, ann } = await makePeople();
    const { token_sha256, account_id, name } = ann.account;
    const wrong = ["", " ", `${ann.token} `, ann.token.slice(0, -1), "A"];
    for (const token of [...wrong, token_sha256, account_id, name]) {
      expect(accounts.ofToken(token)).toBeUndefined();
    }
  });

  test("is in no file of the host", async () => {
    const { dataDir, ann } = await makePeople();
    const bytes = Buffer.from(ann.token, "base64url");
    for (const name of readdirSync(dataDir)) {
      const content = readFileSync(join(dataDir, name));
      expect(content.includes(ann.token)).toBe(false);
      expect(content.includes(bytes)).toBe(false);
      expect(content.includes(bytes.toString("hex"))).toBe(false);
    }
    const text = readFileSync(join(dataDir, "accounts.toml"), "utf8");
    const hash = createHash("sha256").update(ann.token).digest("hex");
    expect(text).toContain(hash);
    expect(modeOf(join(dataDir, "accounts.toml"))).toBe("600");
  });

  test("ends with its account, in every process", async () => {
    const { dataDir, accounts, ann, bob } = await makePeople();
    const others = openAccounts(dataDir);
    expect(others.ofToken(ann.token)).toBeDefined();
    await accounts.remove("ann");
    for (const one of [accounts, others]) {
      expect(one.ofToken(ann.token)).toBeUndefined();
      expect(one.get(ann.account.account_id)).toBeUndefined();
      expect(one.named("ann")).toBeUndefined();
      expect(one.ofToken(bob.token)).toEqual(bob.account);
    }
  });
});

describe("a role", () => {
  test("of a project that is named goes before the one of all projects", async () => {
    const { accounts } = open();
    const [named, other] = [randomUUID(), randomUUID()];
    const { account } = await accounts.add({
      name: "ann",
      everywhere: "collaborator",
      projects: { [named]: "viewer" },
    });
    expect(accounts.role(named, account.account_id)).toBe("viewer");
    expect(accounts.role(other, account.account_id)).toBe("collaborator");
  });

  test("is had only in the projects that are named", async () => {
    const { accounts } = open();
    const project_id = randomUUID();
    const projects = { [project_id]: "owner" } as const;
    const { account } = await accounts.add({ name: "ann", projects });
    const roleIn = (id: string) => accounts.role(id, account.account_id);
    expect(roleIn(project_id)).toBe("owner");
    expect(roleIn(randomUUID())).toBeUndefined();
    for (const name of ["constructor", "toString", "__proto__", ""]) {
      expect(roleIn(name)).toBeUndefined();
    }
  });

  test("is nobody's who has no account", async () => {
    const { accounts } = await makePeople();
    expect(accounts.role(randomUUID(), randomUUID())).toBeUndefined();
    expect(accounts.role(randomUUID(), "")).toBeUndefined();
  });

  test("is that of the file, as soon as somebody edited it", async () => {
    const { dataDir, accounts, bob } = await makePeople();
    const path = join(dataDir, "accounts.toml");
    const text = readFileSync(path, "utf8");
    expect(text).toContain('"viewer"');
    writeFileSync(path, text.replace('"viewer"', '"collaborator"'));
    const { account_id } = bob.account;
    expect(accounts.role(randomUUID(), account_id)).toBe("collaborator");
  });
});

describe("adding an account", () => {
  test.each(["", "a b", "a\nb", 'a"b', "é", "<b>", "a/b", "x".repeat(65)])(
    "refuses the name %j, and writes nothing",
    async (name) => {
      const { dataDir, accounts } = open();
      await expect(accounts.add({ name })).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        message: expect.stringContaining("name"),
      });
      expect(readdirSync(dataDir)).toEqual([]);
    },
  );

  test("refuses what is no project, and a role that there is not", async () => {
    const { accounts } = open();
    const wrong = [
      { projects: { nowhere: "owner" } },
      { projects: { [randomUUID().toUpperCase()]: "owner" } },
      { everywhere: "admin" },
    ];
    for (const one of wrong) {
      const adding = accounts.add({ name: "ann", ...one } as never);
      await expect(adding).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    expect(accounts.list()).toEqual([]);
  });

  test("refuses a name that is taken, and leaves its account as it is", async () => {
    const { accounts, ann } = await makePeople();
    const adding = accounts.add({ name: "ann", hub: true });
    await expect(adding).rejects.toMatchObject({ code: "CONFLICT" });
    expect(accounts.named("ann")).toEqual(ann.account);
    expect(accounts.list()).toHaveLength(2);
  });

  test("of one name many times at once succeeds once", async () => {
    const { dataDir, accounts } = open();
    const tries = await Promise.allSettled(
      [1, 2, 3, 4].map(() => openAccounts(dataDir).add({ name: "ann" })),
    );
    const done = tries.filter(({ status }) => status === "fulfilled");
    expect(done).toHaveLength(1);
    expect(accounts.list()).toHaveLength(1);
  });

  test("in three processes at once loses none", async () => {
    const { dataDir, accounts } = open();
    const count = 6;
    const printed = await useAccountsAtOnce(
      ["a", "b", "c"].map((name) => [dataDir, "add", name, String(count)]),
    );
    const tokens = printed.flat() as string[];
    expect(tokens).toHaveLength(3 * count);
    const names = tokens.map((token) => accounts.ofToken(token)?.name);
    expect(new Set(names).size).toBe(3 * count);
    expect(names).not.toContain(undefined);
  });
});

test("removing an account that is not there says so", async () => {
  const { accounts } = await makePeople();
  const removing = accounts.remove("eve");
  await expect(removing).rejects.toMatchObject({
    code: "NOT_FOUND",
    message: "There is no account named eve.",
  });
  expect(accounts.list()).toHaveLength(2);
});

test("a person of one data directory is a stranger in another", async () => {
  const { ann } = await makePeople();
  const { accounts } = open();
  expect(accounts.ofToken(ann.token)).toBeUndefined();
});

test("of a broken file no account is known, and all are when it is mended", async () => {
  const { dataDir, accounts, ann } = await makePeople();
  const path = join(dataDir, "accounts.toml");
  const good = readFileSync(path, "utf8");
  const broken = [
    `${good}\n[[account]]\nname = "eve"\n`,
    good.replace(/^hub = false$/m, 'hub = "no"'),
    good.replace(ann.account.account_id, "../../etc"),
    good.slice(0, good.lastIndexOf('"')),
  ];
  for (const text of broken) {
    expect(text).not.toBe(good);
    writeFileSync(path, text);
    expect(() => accounts.ofToken(ann.token)).toThrow(
      expect.objectContaining({ code: "FILESYSTEM_FAILED" }),
    );
    await expect(accounts.add({ name: "new" })).rejects.toThrow(path);
    expect(readFileSync(path, "utf8")).toBe(text);
  }
  writeFileSync(path, good);
  expect(accounts.ofToken(ann.token)).toEqual(ann.account);
});
