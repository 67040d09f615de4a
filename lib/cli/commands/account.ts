/** account: who may sign in on a machine without CoCalc. */

import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { BackupError } from "../../../conat-api/index.js";
import { type Role, systemClock } from "../../host.js";
import { writeNewPrivately } from "../../private-file.js";
import {
  type Account,
  noSuchAccount,
  openAccounts,
} from "../../standalone/accounts.js";
import { defaultPort, signInLink } from "../../standalone/link.js";
import { type GlobalOptions, guarded, requireDataDir } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { formatTable } from "../format.js";
import type { Output } from "../output.js";

interface AddOptions extends GlobalOptions {
  role: Role;
  project?: string[];
  hub?: boolean;
  tokenTo?: string;
}

interface LinkOptions extends GlobalOptions {
  at: string;
}

export function addAccountCommands(program: Command): void {
  const account = program
    .command("account")
    .description("who may sign in, on a machine without CoCalc");
  account
    .command("add")
    .description("make an account and its token")
    .argument("<name>")
    .addOption(
      new Option("--role <role>", "in the projects")
        .choices(["owner", "collaborator", "viewer"])
        .default("collaborator"),
    )
    .option("--project <id...>", "these projects; default: all")
    .addOption(
      new Option(
        "--hub",
        "as strong as CoCalc's hub: every method and project",
      ).conflicts("project"),
    )
    .option("--token-to <file>", "into a new file; without it: print it")
    .action(async (name: string, _options, command: Command) => {
      const options = command.optsWithGlobals<AddOptions>();
      await guarded(options, (output) => add(name, options, output));
    });
  account
    .command("list")
    .description("accounts and their roles")
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await guarded(options, (output) => list(options, output));
    });
  account
    .command("remove")
    .description("sign an account out everywhere, for good")
    .argument("<name>")
    .action(async (name: string, _options, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await guarded(options, (output) => remove(name, options, output));
    });
  account
    .command("link")
    .description("a URL that signs in once, within 15 minutes")
    .argument("<name>")
    .option("--at <url>", "of the host", `http://127.0.0.1:${defaultPort}`)
    .action(async (name: string, _options, command: Command) => {
      const options = command.optsWithGlobals<LinkOptions>();
      await guarded(options, (output) => link(name, options, output));
    });
}

async function add(
  name: string,
  options: AddOptions,
  output: Output,
): Promise<number> {
  const { role, project, hub = false, tokenTo } = options;
  const path = tokenTo === undefined ? undefined : resolve(tokenTo);
  const { account, token } = await openAccounts(requireDataDir(options)).add(
    {
      name,
      hub,
      everywhere: project || hub ? undefined : role,
      projects: Object.fromEntries((project ?? []).map((id) => [id, role])),
    },
    // Before the account is there: a token that was lost signs nobody in.
    path === undefined ? {} : { before: (secret) => writeToken(path, secret) },
  );
  const { account_id } = account;
  if (path === undefined) {
    const said = { account_id, name, token };
    await output.deliver(said, `Account ${name}. Its token:\n${token}`);
  } else output.result({ account_id, name, path }, `Wrote ${path}.`);
  return exitCodes.ok;
}

function writeToken(path: string, token: string): void {
  try {
    writeNewPrivately(path, `${token}\n`);
  } catch (cause) {
    throw new BackupError("CONFLICT", `${path} cannot be made.`, {
      hint: "Name a new file that this user may write.",
      cause,
    });
  }
}

function list(options: GlobalOptions, output: Output): number {
  const accounts = openAccounts(requireDataDir(options)).list();
  const shown = accounts.map(({ token_sha256: _secret, ...rest }) => rest);
  const rows = accounts.map((one) => [
    one.name,
    one.account_id,
    rolesOf(one).join(", "),
  ]);
  const text = formatTable(["NAME", "ACCOUNT", "ROLES"], rows);
  output.result({ accounts: shown }, text);
  return exitCodes.ok;
}

function rolesOf({ hub, everywhere, projects }: Account): string[] {
  return [
    ...(hub ? ["hub"] : []),
    ...(everywhere ? [`${everywhere} of all projects`] : []),
    ...Object.entries(projects).map(([id, role]) => `${role} of ${id}`),
  ];
}

async function remove(
  name: string,
  options: GlobalOptions,
  output: Output,
): Promise<number> {
  await openAccounts(requireDataDir(options)).remove(name);
  output.result({ removed: name }, `Removed ${name}.`);
  return exitCodes.ok;
}

function link(name: string, options: LinkOptions, output: Output): number {
  const dataDir = requireDataDir(options);
  const accounts = openAccounts(dataDir);
  const account = accounts.named(name);
  if (!account) throw noSuchAccount(name);
  const { at } = options;
  const sign_in = signInLink(
    dataDir,
    { accounts, clock: systemClock },
    account,
    at,
  );
  output.result({ sign_in }, sign_in);
  return exitCodes.ok;
}
