/** jobs, cancel. */

import type { Command } from "commander";
import { BackupError, type Job, JobId } from "../../../conat-api/index.js";
import { type Context, type GlobalOptions, withService } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { formatDuration, formatTable, formatTime } from "../format.js";
import { parseLimit } from "../limit.js";

export function addJobCommands(program: Command): void {
  program
    .command("jobs")
    .description("list jobs, newest first: of one project, or of the host")
    .argument("[project_id]")
    .option("--limit <n>", "at most so many", "20")
    .action(async (project_id: string | undefined, options, command) => {
      await withService(command.optsWithGlobals(), (context) =>
        listJobs(context, project_id, parseLimit(options.limit)),
      );
    });
  program
    .command("cancel")
    .description("cancel a job that waits or runs")
    .argument("<job_id>")
    .action(async (job_id: string, _options, command: Command) => {
      await withService(command.optsWithGlobals<GlobalOptions>(), (context) =>
        cancel(context, job_id),
      );
    });
}

async function listJobs(
  { service, output }: Context,
  project_id: string | undefined,
  limit: number,
): Promise<number> {
  const jobs = project_id
    ? (await service.call("jobs", { project_id, limit })).jobs
    : await service.jobs(limit);
  output.result({ jobs }, jobTable(jobs));
  return exitCodes.ok;
}

function jobTable(jobs: readonly Job[]): string {
  return formatTable(
    ["CREATED", "KIND", "STATE", "TOOK", "BY", "PROJECT", "JOB", "ERROR"],
    jobs.map((job) => [
      formatTime(job.created_at),
      job.kind,
      job.state,
      job.finished_at && job.started_at
        ? formatDuration(job.finished_at - job.started_at)
        : "-",
      job.requested_by,
      job.project_id,
      job.job_id,
      job.error_code ?? "",
    ]),
  );
}

async function cancel(
  { service, output }: Context,
  job_id: string,
): Promise<number> {
  const found = JobId.safeParse(job_id).success
    ? await service.findJob(job_id)
    : undefined;
  if (!found) throw new BackupError("NOT_FOUND", "There is no such job.");
  const answer = await service.cancel(found);
  const { cancelled, job } = answer;
  const text = !cancelled
    ? `The job had ended before: ${job.state}.`
    : job.state === "cancelled"
      ? "The job is cancelled."
      : "The host that runs the job ends it now.";
  output.result(answer, text);
  return cancelled ? exitCodes.ok : exitCodes.conflict;
}
