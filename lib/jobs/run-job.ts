/** One job from its claim to its settled row. */

import { type JobKind, toBackupError } from "../../conat-api/index.js";
import { hostCloses } from "../aborted.js";
import { type JobRow, toJob } from "../store/index.js";
import type { Outcome, Task, Tools } from "../tasks/task.js";
import { interrupted } from "./interrupted.js";
import { createReporter } from "./reporter.js";
import { mayPass, settlementOf, settleUntilWritten } from "./settle.js";

export interface JobTools {
  tools: Tools;
  tasks: Record<JobKind, Task>;
}

export interface JobSignals {
  /** Ends the task. */
  signal: AbortSignal;
  /** The host cannot wait any longer. */
  stopping: AbortSignal;
}

/** @throws SqliteError when the end of the job cannot be written. */
export async function runJob(
  options: JobTools,
  row: JobRow,
  { signal, stopping }: JobSignals,
): Promise<void> {
  const { tools, tasks } = options;
  const { store, host } = tools;
  const { job_id, kind } = row;
  let outcome: Outcome;
  try {
    const reporter = createReporter(store, host.clock, job_id);
    const run = { job: toJob(row), signal, ...reporter };
    outcome = await tasks[kind](run, tools);
  } catch (error) {
    return settleFailed(options, row, error, stopping);
  }
  const settlement = { ...outcome, state: "succeeded" as const };
  await settleUntilWritten(tools, job_id, settlement, stopping).catch(
    (error: unknown) => {
      if (mayPass(error)) throw error;
      return settleFailed(options, row, error, stopping);
    },
  );
}

async function settleFailed(
  { tools }: JobTools,
  { job_id, kind }: JobRow,
  error: unknown,
  stopping: AbortSignal,
): Promise<void> {
  const { store, host } = tools;
  if (error === hostCloses && store.jobs.handBack(job_id)) return;
  const failure =
    error === hostCloses ? interrupted(kind) : toBackupError(error);
  const { code, message, details } = failure;
  host.logger.warn("a job failed", { job_id, code, message, details });
  const settlement = settlementOf(failure, tools, job_id);
  await settleUntilWritten(tools, job_id, settlement, stopping);
}
