/** backup, list, status. */

import type { Command } from "commander";
import type { Backup, Status } from "../../../conat-api/index.js";
import { type Context, type GlobalOptions, withService } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import {
  formatBytes,
  formatDuration,
  formatTable,
  formatTime,
} from "../format.js";
import { parseLimit } from "../limit.js";
import {
  jobExitCode,
  jobSummary,
  progressLine,
  waitForJob,
  watchHelp,
} from "../wait.js";

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
  { refresh, limit }: { refresh?: boolean; limit: string },
): Promise<number> {
  const input = { project_id, limit: parseLimit(limit) };
  const known = await service.call("list", input);
  // A host that never read the repository has nothing to show yet.
  const stale = refresh || known.as_of === null;
  if (stale) await service.refresh(project_id);
  const found = stale ? await service.call("list", input) : known;
  const count = found.backups.length;
  const footer = `${count} backup${count === 1 ? "" : "s"}, as of ${formatTime(found.as_of)}`;
  output.result(found, `${backupTable(found.backups)}\n${footer}`);
  return exitCodes.ok;
}

function backupTable(backups: readonly Backup[]): string {
  return formatTable(
    ["TIME", "SIZE", "ADDED", "FILES", "TOOK", "TRIGGER", "WARNINGS", "BACKUP"],
    backups.map((one) => [
      formatTime(one.time),
      formatBytes(one.size_bytes),
      formatBytes(one.added_bytes),
      String(one.files ?? "-"),
      formatDuration(one.duration_ms),
      one.trigger ?? "-",
      String(one.warnings_count ?? "-"),
      one.backup_id,
    ]),
  );
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

function statusText(status: Status): string {
  const { last_backup, last_attempt, failed_in_a_row, current, notices } =
    status;
  const lines = [`health:       ${status.health}`];
  const add = (name: string, text: string) =>
    lines.push(`${`${name}:`.padEnd(14)}${text}`);
  add(
    "last backup",
    last_backup
      ? `${formatTime(last_backup.time)}, ${formatBytes(last_backup.size_bytes)}, ${last_backup.backup_id}`
      : "none",
  );
  if (last_attempt) {
    const { state, finished_at, error_message } = last_attempt;
    const why = error_message ? `: ${error_message}` : "";
    const times = failed_in_a_row > 1 ? ` (${failed_in_a_row} in a row)` : "";
    add("last attempt", `${state} ${formatTime(finished_at)}${times}${why}`);
  }
  if (current) add("now", progressLine(current));
  for (const { message } of notices) add("notice", message);
  return lines.join("\n");
}
