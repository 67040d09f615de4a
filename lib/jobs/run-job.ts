/** One job from its claim to its settled row. */

import { toBackupError } from "../../conat-api/index.js";
import { hostCloses } from "../aborted.js";
import { type AnyJobRow, isOfProject, toJob } from "../store/index.js";
import type { Outcome, Tasks, Tools } from "../tasks/task.js";
import { interrupted } from "./interrupted.js";
import { createReporter } from "./reporter.js";
import { mayPass, settlementOf, settleUntilWritten } from "./settle.js";

export interface JobTools {
  tools: Tools;
  tasks: Tasks;
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
  row: AnyJobRow,
  { signal, stopping }: JobSignals,
): Promise<void> {
  const { tools, tasks } = options;
  const { store, host } = tools;
  const { job_id } = row;
  let outcome: Outcome;
  try {
    const running = { signal, ...createReporter(store, host.clock, job_id) };
    outcome = await (isOfProject(row)
      ? tasks[row.kind]({ job: toJob(row), ...running }, tools)
      : tasks[row.kind]({ row, ...running }, tools));
  } catch (error) {
    return settleFailed(options, row, error, stopping);
  }
  const { afterwards, ...facts } = outcome;
  const settlement = { ...facts, state: "succeeded" as const };
  await settleUntilWritten(tools, job_id, () => settlement, stopping).catch(
    (error: unknown) => {
      if (mayPass(error)) throw error;
      return settleFailed(options, row, error, stopping);
    },
  );
  await afterwards?.().catch((error: unknown) => {
    const facts = { job_id, error: String(error) };
    host.logger.warn("what a job has replaced could not be removed", facts);
  });
}

async function settleFailed(
  { tools }: JobTools,
  { job_id, kind }: AnyJobRow,
  error: unknown,
  stopping: AbortSignal,
): Promise<void> {
  const { store, host } = tools;
  if (error === hostCloses && store.jobs.handBack(job_id)) return;
  const failure =
    error === hostCloses ? interrupted(kind) : toBackupError(error);
  const { code, message, details } = failure;
  host.logger.warn("a job failed", { job_id, code, message, details });
  const settlement = () => settlementOf(failure, tools, job_id);
  await settleUntilWritten(tools, job_id, settlement, stopping);
}
