/** Waiting for a job: its row is all we look at. */

import { setTimeout as sleep } from "node:timers/promises";
import {
  type BackupError,
  isTerminal,
  type Job,
} from "../../conat-api/index.js";
import type { Context } from "./context.js";
import { exitCodeOf, exitCodes } from "./exit-codes.js";
import {
  formatBytes,
  formatDuration,
  formatTime,
  printable,
} from "./format.js";

const lookEveryMs = 100;

export const watchHelp = "print progress as lines to stderr";

export interface WaitOptions {
  /** Somebody else's job as well: a signal ends the waiting, not the job. */
  joined?: boolean;
  /** Prints progress as lines, on a terminal or not. */
  watch?: boolean | undefined;
}

/** Resolves with the row when the job has ended. */
export async function waitForJob(
  context: Context,
  { job_id, project_id }: Pick<Job, "job_id" | "project_id">,
  { joined = false, watch = false }: WaitOptions = {},
): Promise<Job> {
  const { service, output } = context;
  if (!joined) context.asked = { job_id, project_id };
  service.run(job_id);
  let told = "";
  let seenAt = performance.now();
  for (;;) {
    const patient = performance.now() - seenAt < awayMs;
    const job = await look(context, { project_id, job_id }, patient);
    if (job) seenAt = performance.now();
    if (job && isTerminal(job.state)) return job;
    const line = job ? progressLine(job) : away;
    if (!watch) output.status(line);
    else if (line !== told) output.progress(job ?? { away: true }, line);
    told = line;
    await sleep(lookEveryMs);
  }
}

/** A host that is away for longer will not come back while we wait. */
const awayMs = 10 * 60_000;

const away = "The host does not answer; its job may go on. Waiting for it.";

/** undefined: the host is away, which happens while it starts again. */
async function look(
  { service }: Context,
  asked: Pick<Job, "job_id" | "project_id">,
  patient: boolean,
): Promise<Job | undefined> {
  try {
    return (await service.call("job", asked)).job;
  } catch (error) {
    const isAway = (error as BackupError).code === "INTERRUPTED";
    if (isAway && patient) return undefined;
    throw error;
  }
}

const barWidth = 24;

export function progressLine(job: Job): string {
  const { state, phase, bytes_done, bytes_total } = job;
  if (state === "pending") {
    return job.run_at > job.created_at
      ? `${job.kind}: tried again at ${formatTime(job.run_at)}`
      : `${job.kind}: waiting for its turn`;
  }
  const name = `${job.kind}: ${phase ?? "running"}`;
  if (bytes_done === null) return name;
  if (!bytes_total) return `${name} ${formatBytes(bytes_done)}`;
  const share = Math.min(1, bytes_done / bytes_total);
  const filled = Math.round(share * barWidth);
  const bar = "#".repeat(filled).padEnd(barWidth, ".");
  return `${name} [${bar}] ${Math.floor(share * 100)} % of ${formatBytes(bytes_total)}`;
}

/** The end of a job in words. */
export function jobSummary(job: Job): string {
  const lines = [headline(job)];
  for (const { path, message } of job.warnings.slice(0, 10)) {
    lines.push(
      `  warning: ${path ? `${printable(path)}: ` : ""}${printable(message)}`,
    );
  }
  if (job.warnings_count > 10) {
    lines.push(`  ... and ${job.warnings_count - 10} more warnings`);
  }
  if (job.kept_at) lines.push(`The tree that was there before: ${job.kept_at}`);
  return lines.join("\n");
}

function headline(job: Job): string {
  const { kind, state, started_at, finished_at } = job;
  if (state !== "succeeded") {
    return `The ${kind} ${state === "failed" ? "failed" : "was cancelled"}: ${job.error_message} [${job.error_code}]`;
  }
  if (job.unchanged) {
    const same = `Nothing changed since backup ${job.backup_id}`;
    return job.warnings_count > 0
      ? `${same}.`
      : `${same}: it holds all of the project.`;
  }
  const took = formatDuration((finished_at ?? 0) - (started_at ?? 0));
  const read = `${job.files} files, ${formatBytes(job.bytes_processed)}`;
  return kind === "backup"
    ? `Backup ${job.backup_id} made in ${took}: ${read}, ${formatBytes(job.bytes_added)} added.`
    : `Backup ${job.backup_id} restored in ${took}: ${read}.`;
}

export function jobExitCode(job: Job): number {
  if (job.state !== "succeeded") return exitCodeOf(job.error_code);
  return job.warnings_count > 0 ? exitCodes.warnings : exitCodes.ok;
}
