/** policy: when a project is backed up, and which backups are kept. */

import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import {
  BackupError,
  expecting,
  type Input,
  type Policy,
} from "../../../conat-api/index.js";
import { type Context, type GlobalOptions, withService } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import {
  changePolicy,
  parsePolicy,
  type PolicyFlags,
} from "../policy-change.js";
import { policyText, previewText } from "../policy-text.js";
import type { Service } from "../service.js";

interface SetOptions extends PolicyFlags {
  file?: string;
  default?: boolean;
}

export function addPolicyCommands(program: Command): void {
  const policy = program
    .command("policy")
    .description("when a project is backed up, and which backups are kept");
  const add = (name: string, description: string) =>
    policy.command(name).description(description).argument("<project_id>");
  add("get", "show it").action(
    async (project_id: string, _options, command: Command) => {
      await withService(command.optsWithGlobals<GlobalOptions>(), (context) =>
        get(context, project_id),
      );
    },
  );
  addFlags(
    add("set", "change what is named, or all of it")
      .option("--file <file>", "a whole policy, as `policy get --json` has it")
      .option("--default", "the host's default from now on"),
  ).action(async (project_id: string, flags: SetOptions, command: Command) => {
    await withService(command.optsWithGlobals<GlobalOptions>(), (context) =>
      set(context, project_id, flags),
    );
  });
  add("preview", "what would be kept and why, and what would go")
    .option("--file <file>", "under this policy; default: the one in force")
    .action(async (project_id: string, options, command: Command) => {
      await withService(command.optsWithGlobals<GlobalOptions>(), (context) =>
        preview(context, project_id, options),
      );
    });
}

function addFlags(command: Command): Command {
  const onOff = new Option("--enabled <on|off>", "back up by itself");
  return command
    .addOption(onOff.choices(["on", "off"]))
    .option("--daily", "once a day, at a time that the host chooses")
    .option("--cron <expression>", "at these times: five fields, or six")
    .option("--time-zone <name>", "of --cron, such as Europe/Vienna")
    .option("--keep-last <n>", "the newest so many")
    .option("--keep-hourly <n>", "the newest of each of so many hours")
    .option("--keep-daily <n>", "... days")
    .option("--keep-weekly <n>", "... weeks")
    .option("--keep-monthly <n>", "... months")
    .option("--keep-yearly <n>", "... years")
    .option("--keep-manual-last <n|all>", "of those that somebody asked for")
    .option("--keep-manual-days <n>", "and of these all that are younger")
    .option("--exclude <glob>", "not backed up; again for more", collect)
    .option("--no-excludes", "back up everything");
}

const collect = (glob: string, before: string[] = []) => [...before, glob];

async function get(
  { service, output }: Context,
  project_id: string,
): Promise<number> {
  const found = await service.call("get_policy", { project_id });
  output.result(found, policyText(found));
  return exitCodes.ok;
}

async function set(
  context: Context,
  project_id: string,
  options: SetOptions,
): Promise<number> {
  const { service, output } = context;
  const change = await wanted(context, project_id, options);
  const now = await service.call("set_policy", { project_id, ...change });
  output.result(now, policyText(now));
  return exitCodes.ok;
}

/** A change of some of it says of what it is one; all of it is of nothing. */
export async function wanted(
  { service }: { service: Pick<Service, "call"> },
  project_id: string,
  { file, default: byDefault = false, ...flags }: SetOptions,
): Promise<Omit<Input<"set_policy">, "project_id">> {
  // commander says that excludes are not taken away, too.
  const { excludes, ...named } = flags;
  const changes = Object.keys(named).length > 0 || excludes === false;
  const ways = [file !== undefined, byDefault, changes].filter(Boolean);
  if (ways.length !== 1) {
    throw new BackupError(
      "INVALID_ARGUMENT",
      "Say what to set: --file, --default, or what to change.",
    );
  }
  if (byDefault) return { policy: null };
  if (file !== undefined) return { policy: readPolicy(file) };
  const seen = await service.call("get_policy", { project_id });
  return { policy: changePolicy(seen.policy, flags), ...expecting(seen) };
}

async function preview(
  { service, output }: Context,
  project_id: string,
  { file }: { file?: string },
): Promise<number> {
  const policy = file === undefined ? {} : { policy: readPolicy(file) };
  const input = { project_id, ...policy };
  const found = await service.call("preview_policy", input);
  output.result(found, previewText(found));
  return exitCodes.ok;
}

/** A policy alone, or what `policy get --json` printed of one. */
function readPolicy(path: string): Policy {
  const value = parseFile(path);
  const { policy = value } = Object(value) as { policy?: unknown };
  return parsePolicy(policy, `${path}: `);
}

/** @throws BackupError NOT_FOUND, INVALID_ARGUMENT */
function parseFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new BackupError("NOT_FOUND", `${path} cannot be read.`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BackupError("INVALID_ARGUMENT", `${path} is not JSON.`, {
      cause,
    });
  }
}
