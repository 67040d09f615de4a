/** backup, list, status. */

import type { Command } from "commander";
import { type Context, type GlobalOptions, withService } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { parseLimit } from "../limit.js";
import { listText } from "../list-text.js";
import { statusText } from "../status-text.js";
import { jobExitCode, jobSummary, waitForJob, watchHelp } from "../wait.js";

export function addBackupCommands(program: Command): void {
  program
    .command("backup")
    .description("back up a project now")
    .argument("<project_id>")
    .option("--no-wait", "only queue it for the host's own process")
    .option("--watch", watchHelp)
    .action(async (project_id: string, options, command: Command) => {
      await withService(command.optsWithGlobals<GlobalOptions>(), (context) =>
        backup(context, project_id, options),
      );
    });
  program
    .command("list")
    .description("list a project's backups, newest first")
    .argument("<project_id>")
    .option("--refresh", "read the list from the repository first")
    .option("--limit <n>", "at most so many", "100")
    .option("--forgotten", "those that can be taken back, too")
    .action(async (project_id: string, options, command: Command) => {
      await withService(command.optsWithGlobals<GlobalOptions>(), (context) =>
        list(context, project_id, options),
      );
    });
  program
    .command("status")
    .description("say how a project is protected")
    .argument("<project_id>")
    .option("--watch", "follow the job that runs or waits")
    .action(async (project_id: string, { watch }, command: Command) => {
      await withService(command.optsWithGlobals<GlobalOptions>(), (context) =>
        status(context, project_id, watch),
      );
    });
}

interface ListOptions {
  refresh?: boolean;
  limit: string;
  forgotten?: boolean;
}

async function backup(
  context: Context,
  project_id: string,
  { wait, watch }: { wait: boolean; watch?: boolean },
): Promise<number> {
  const { service, output } = context;
  const { job: asked, joined } = await service.call("start", { project_id });
  if (!wait) {
    const text = `Job ${asked.job_id} waits for the host.`;
    output.result({ job: asked, joined }, text);
    return exitCodes.ok;
  }
  const job = await waitForJob(context, asked, { joined, watch });
  output.result({ job, joined }, jobSummary(job));
  return jobExitCode(job);
}

async function list(
  { service, output }: Context,
  project_id: string,
  { refresh, limit, forgotten = false }: ListOptions,
): Promise<number> {
  const also = forgotten ? { forgotten } : {};
  const input = { project_id, limit: parseLimit(limit), ...also };
  const known = await service.call("list", input);
  // A host that never read the repository has nothing to show yet.
  const stale = refresh || known.as_of === null;
  if (stale) await service.refresh(project_id);
  const found = stale ? await service.call("list", input) : known;
  output.result(found, listText(found, forgotten));
  return exitCodes.ok;
}

async function status(
  context: Context,
  project_id: string,
  watch = false,
): Promise<number> {
  const { service, output } = context;
  const ask = () => service.call("status", { project_id });
  const before = await ask();
  if (watch && before.current) {
    // It is not ours to cancel.
    await waitForJob(context, before.current, { joined: true, watch });
  }
  const found = watch ? await ask() : before;
  output.result(found, statusText(found));
  return exitCodes.ok;
}
