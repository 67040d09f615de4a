/** account, host protect, serve: what they refuse, and what they leave. */

import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildCli } from "../support/cli.js";
import { type CliHost, makeCliHost } from "../support/cli-host.js";

type Listed = { accounts: { name: string; hub: boolean }[] };
type Refused = { error: { code: string; message: string } };

beforeAll(buildCli, 120_000);

let host: CliHost;
beforeEach(() => {
  host = makeCliHost();
});

const names = async () =>
  (await host.json<Listed>("account", "list")).accounts.map(({ name }) => name);

test("an account's token is said once, and is in no file of the host", async () => {
  const added = await host.json<{ token: string }>("account", "add", "ann");
  expect(added.token).toMatch(/^[\w-]{43}$/);
  const { stdout } = await host.run("account", "list");
  expect(stdout).toContain("collaborator of all projects");
  expect(stdout).not.toContain(added.token);
  const file = readFileSync(join(host.dataDir, "accounts.toml"), "utf8");
  expect(file).not.toContain(added.token);
});

test("a token goes to a new file that only its owner reads", async () => {
  const path = join(host.root, "ann.token");
  const added = await host.json("account", "add", "ann", "--token-to", path);
  expect(added).toMatchObject({ exitCode: 0, path });
  expect(added).not.toHaveProperty("token");
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a token that cannot be written makes no account", async () => {
  for (const path of [host.dataDir, join(host.root, "no", "such", "place")]) {
    const refused = await host.json<Refused>(
      ...["account", "add", "ann", "--token-to", path],
    );
    expect(refused).toMatchObject({ exitCode: 6, error: { code: "CONFLICT" } });
  }
  expect(await names()).toEqual([]);
});

test("roles are of the known ones, and the hub needs no project", async () => {
  const id = host.project_id;
  for (const wrong of [
    ["--role", "boss"],
    ["--hub", "--project", id],
  ]) {
    const { exitCode, stderr } = await host.run(
      "account",
      "add",
      "x",
      ...wrong,
    );
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining(wrong[0] ?? ""),
    ]);
  }
  expect(await names()).toEqual([]);
});

test("who was removed can be added again, and is somebody else", async () => {
  const first = await host.json("account", "add", "ann");
  await host.json("account", "remove", "ann");
  expect(await names()).toEqual([]);
  const again = await host.json("account", "add", "ann");
  expect(again).not.toMatchObject({ account_id: first["account_id"] });
  expect((await host.run("account", "remove", "bob")).exitCode).toBe(4);
});

test("a link is for an account that there is, at the address that was named", async () => {
  await host.json("account", "add", "ann");
  const at = "http://127.0.0.1:9000";
  const { stdout } = await host.run("account", "link", "ann", "--at", at);
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:9000\/#token=link\./);
  expect((await host.run("account", "link", "bob")).exitCode).toBe(4);
  const wrong = await host.run("account", "link", "ann", "--at", "nowhere");
  expect(wrong.exitCode).toBe(2);
});

test("what holds the host's own files is no project, nor what lies in them", async () => {
  const inner = join(host.dataDir, "inner");
  mkdirSync(inner);
  mkdirSync(join(host.root, "repository"));
  for (const directory of [
    ...[host.dataDir, inner, dirname(host.dataDir), host.projectDir],
    join(host.root, "repository"),
  ]) {
    const refused = await host.json<Refused>("host", "protect", directory);
    expect(refused).toMatchObject({ exitCode: 6, error: { code: "CONFLICT" } });
  }
  expect(existsSync(join(host.dataDir, "projects.toml"))).toBe(false);
});

test.each(["http://backups.example", "a b", "host:80", "-x", ""])(
  "serve does not start with the name %p",
  async (name) => {
    const { exitCode, stderr } = await host.run(
      ...["serve", "--port", "0", `--name=${name}`],
    );
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("--name")]);
  },
);
