/** Stand-in for rustic 0.11.4: what lib/repository asks of it. */

import type { Program, ProgramCall } from "../program.js";
import { unexpected, unrecognized } from "./arguments.js";
import { backup } from "./backup.js";
import { cat } from "./cat.js";
import { check } from "./check.js";
import { forget } from "./forget.js";
import { init } from "./init.js";
import { key } from "./keys.js";
import { list } from "./list.js";
import { open } from "./open.js";
import { readProfile } from "./profile.js";
import { prune } from "./prune.js";
import { repoinfo } from "./repoinfo.js";
import { restore } from "./restore.js";
import { snapshots } from "./snapshots.js";
import type { Subcommand } from "./subcommand.js";
import { Failed, kernelReport, report, unreachable } from "./words.js";

const subcommands: Readonly<Record<string, Subcommand>> = {
  ...{ backup, cat, check, forget, key, list, prune, repoinfo },
  ...{ restore, snapshots },
};

export const rustic: Program = async (call) => {
  if (call.args[0] === "--version") {
    call.out("rustic 0.11.4\n");
    return 0;
  }
  try {
    await run(call);
    return 0;
  } catch (error) {
    const { stderr, exitCode } = asFailed(error);
    call.err(stderr);
    return exitCode;
  }
};

/** The profile comes first: no other order is ever asked for. */
async function run(call: ProgramCall): Promise<void> {
  const [option = "", profile = "", name = "", ...args] = call.args;
  if (option !== "-P") throw unexpected(option);
  const subcommand = subcommands[name];
  if (!subcommand && name !== "init") throw unrecognized(name);
  call.err(`[INFO] using config ${profile}\n`);
  if (call.script.unreachable) {
    await call.work(31_000);
    throw unreachable();
  }
  const place = await readProfile(profile);
  await call.work(place.keyFile === undefined ? 300 : 5);
  if (!subcommand) return init(call, place, args);
  return subcommand(call, await open(call, place), args);
}

function asFailed(error: unknown): Failed {
  if (error instanceof Failed) return error;
  return new Failed(`error: ${report(kernelReport(error))}`);
}
