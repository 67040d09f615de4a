/**
 * The worker: claims due jobs, runs their tasks, settles their rows. The
 * queue and the cap are in the rows; p-limit only bounds the promises of
 * this process.
 */

import pLimit from "p-limit";
import { BackupError, toBackupError } from "../../conat-api/index.js";
import type { ProcessIdentity } from "../process-identity.js";
import { type JobRow, toJob } from "../store/index.js";
import type { JobKind } from "../../conat-api/index.js";
import type { Outcome, Task, Tools } from "../tasks/task.js";
import { createReporter } from "./reporter.js";
import { interrupted } from "./interrupted.js";
import {
  cancelledBy,
  mayPass,
  settlementOf,
  settleUntilWritten,
} from "./settle.js";

export interface WorkerOptions {
  tools: Tools;
  tasks: Record<JobKind, Task>;
  owner: ProcessIdentity;
  /** Claims nothing but this job: the command line, which waits for one. */
  only?: string | undefined;
  /** How often it looks for rows of other processes and for cancels. */
  pollMs?: number;
}

export interface Worker {
  /** Looks for due jobs now. */
  wake(): void;
  /** Ends a running job of this process; false: it runs none such. */
  abort(job_id: string, reason: BackupError): boolean;
  /** Resolves when nothing runs in this process. */
  idle(): Promise<void>;
  /**
   * Claims no more; waits up to `drainMs` for what runs, then stops it and
   * hands backups back to the queue.
   */
  close(drainMs: number): Promise<void>;
}

/** The signal's reason; rows never show it. */
const hostCloses = new BackupError("INTERRUPTED", "The host closes.");

export function createWorker(options: WorkerOptions): Worker {
  const { tools, owner, pollMs = 1000 } = options;
  const { store, host, config } = tools;
  const cap = config.limits.jobs;
  const limit = pLimit(cap);
  const running = new Map<string, AbortController>();
  const settled = new Set<Promise<void>>();
  const stopping = new AbortController();
  let closing = false;

  const claimNext = (): JobRow | undefined =>
    store.jobs.claim({ owner, cap, now: host.clock.now(), only: options.only });

  const wake = (): void => {
    if (closing) return;
    while (running.size < cap) {
      const row = claimNext();
      if (!row) return;
      begin(row);
    }
  };

  const begin = (row: JobRow): void => {
    const controller = new AbortController();
    running.set(row.job_id, controller);
    const done = limit(() =>
      runJob(options, row, controller.signal, stopping.signal),
    )
      .catch((error: unknown) => {
        host.logger.error("a job could not be settled", {
          job_id: row.job_id,
          error: String(error),
        });
      })
      .finally(() => {
        running.delete(row.job_id);
        settled.delete(done);
        safely(wake);
      });
    settled.add(done);
  };

  const abort = (job_id: string, reason: BackupError): boolean => {
    const controller = running.get(job_id);
    controller?.abort(reason);
    return controller !== undefined;
  };

  const tick = (): void => {
    for (const row of store.jobs.heartbeat(owner, host.clock.now())) {
      if (row.cancel_requested_by === null) continue;
      abort(row.job_id, cancelledBy(row.cancel_requested_by));
    }
    wake();
  };

  // A full disk makes a heartbeat fail; the next one may not.
  const safely = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      host.logger.error("the job file cannot be written", {
        error: String(error),
      });
    }
  };
  const timer = setInterval(() => safely(tick), pollMs);

  const idle = async () => {
    while (settled.size > 0) await Promise.all(settled);
  };

  return {
    wake: () => safely(wake),
    abort,
    idle,
    async close(drainMs) {
      closing = true;
      const stop = setTimeout(() => {
        for (const controller of running.values()) controller.abort(hostCloses);
        stopping.abort();
      }, drainMs);
      await idle();
      clearTimeout(stop);
      clearInterval(timer);
    },
  };
}

async function runJob(
  options: WorkerOptions,
  row: JobRow,
  signal: AbortSignal,
  stopping: AbortSignal,
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
  { tools }: WorkerOptions,
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
  const settlement = settlementOf(failure, store, job_id);
  await settleUntilWritten(tools, job_id, settlement, stopping);
}
