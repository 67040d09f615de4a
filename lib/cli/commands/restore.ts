/** restore: to a new directory, or the whole project into its place. */

import { resolve } from "node:path";
import type { Command } from "commander";
import { BackupError, type RestoreTarget } from "../../../conat-api/index.js";
import { type Context, type GlobalOptions, withService } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { jobExitCode, jobSummary, waitForJob, watchHelp } from "../wait.js";

interface RestoreOptions {
  to?: string;
  inPlace?: boolean;
  wait: boolean;
  watch?: boolean;
}

export function addRestoreCommand(program: Command): void {
  program
    .command("restore")
    .description("restore a backup of a project")
    .argument("<project_id>")
    .argument("<backup_id>", "the full id, 64 hex digits")
    .option("--to <dir>", "into a new or empty directory")
    .option("--in-place", "instead of the project; the old tree is kept aside")
    .option("--no-wait", "only queue it for the host's own process")
    .option("--watch", watchHelp)
    .action(
      async (
        project_id: string,
        backup_id: string,
        options: RestoreOptions,
        command: Command,
      ) => {
        await withService(command.optsWithGlobals<GlobalOptions>(), (context) =>
          restore(context, { project_id, backup_id }, options),
        );
      },
    );
}

async function restore(
  context: Context,
  asked: { project_id: string; backup_id: string },
  options: RestoreOptions,
): Promise<number> {
  const { service, output } = context;
  const input = { ...asked, target: targetOf(options) };
  const started = await service.call("restore", input);
  if (!options.wait) {
    const { job_id } = started.job;
    output.result(started, `Job ${job_id} waits for the host.`);
    return exitCodes.ok;
  }
  const job = await waitForJob(context, started.job, {
    watch: options.watch,
  });
  output.result({ job }, jobSummary(job));
  return jobExitCode(job);
}

function targetOf({ to, inPlace = false }: RestoreOptions): RestoreTarget {
  if ((to === undefined) === !inPlace) {
    throw new BackupError(
      "INVALID_ARGUMENT",
      "Say where to: either --to DIR or --in-place.",
    );
  }
  return to === undefined
    ? { type: "in_place" }
    : { type: "directory", path: resolve(to) };
}
