#!/usr/bin/env node
/** The command line: the contract's methods on a data directory. */

import { Command, CommanderError } from "commander";
import { addAccountCommands } from "./commands/account.js";
import { addBackupCommands } from "./commands/backup.js";
import { addHostCommands } from "./commands/host.js";
import { addJobCommands } from "./commands/jobs.js";
import { addMarkCommands } from "./commands/marks.js";
import { addPolicyCommands } from "./commands/policy.js";
import { addRepositoryCommands } from "./commands/repo.js";
import { addRestoreCommand } from "./commands/restore.js";
import { addServeCommand } from "./commands/serve.js";
import { exitCodes } from "./exit-codes.js";

export function createProgram(): Command {
  const program = new Command("project-backups")
    .description("Back up CoCalc projects, list their backups, restore them.")
    .option("--data-dir <dir>", "where job rows, keys and configuration are")
    .option("--url <url>", "ask the host that runs there instead")
    .option("--token-file <file>", "with --url: a file that holds a token")
    .option("--json", "print one JSON document")
    .option("--verbose", "print the host's log to stderr")
    .addHelpText("after", exitCodeHelp)
    .exitOverride();
  addBackupCommands(program);
  addRestoreCommand(program);
  addJobCommands(program);
  addMarkCommands(program);
  addPolicyCommands(program);
  addRepositoryCommands(program);
  addHostCommands(program);
  addAccountCommands(program);
  addServeCommand(program);
  return program;
}

const exitCodeHelp = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with warnings, 4 not found,
5 not allowed, 6 in conflict, 7 cancelled, 75 may go well later, 129, 130 and
143 ended by SIGHUP, SIGINT or SIGTERM: the job that was waited for is cancelled.`;

async function main(): Promise<void> {
  try {
    await createProgram().parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
  }
}

if (require.main === module) void main();
