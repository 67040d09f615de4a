/**
 * The worker: claims due jobs, runs their tasks, settles their rows. The
 * queue and the cap are in the rows; p-limit only bounds the promises of
 * this process.
 */

import pLimit from "p-limit";
import type { BackupError } from "../../conat-api/index.js";
import { cancelledBy, hostCloses } from "../aborted.js";
import type { ProcessIdentity } from "../process-identity.js";
import type { AnyJobRow } from "../store/index.js";
import { type JobTools, runJob } from "./run-job.js";

export interface WorkerOptions extends JobTools {
  owner: ProcessIdentity;
  /** Claims nothing but this job: the command line, which waits for one. */
  only?: string | undefined;
  /** How often it looks for rows of other processes and for cancels. */
  pollMs?: number;
}

export interface Worker {
  /** Looks for due jobs now. */
  wake(): void;
  /** Does this worker run the job? */
  runs(job_id: string): boolean;
  /** Ends a running job of this process; false: it runs none such. */
  abort(job_id: string, reason: BackupError): boolean;
  /** Resolves when nothing runs in this process. */
  idle(): Promise<void>;
  /** Claims no more. */
  stop(): void;
  /**
   * Stops; waits up to `drainMs` for what runs, then ends it and hands
   * backups back to the queue.
   */
  close(drainMs: number): Promise<void>;
}

export function createWorker(options: WorkerOptions): Worker {
  const { tools, owner, only, pollMs = 1000 } = options;
  const { store, host, config } = tools;
  const cap = config.limits.jobs;
  // The repository's own work has a place besides.
  const places = cap + 1;
  let stopped = false;

  const running = createRunning(options, places, () => wake());
  const wake = safely(tools, () => {
    if (stopped) return;
    while (running.size() < places) {
      const row = store.jobs.claim({ owner, cap, now: host.clock.now(), only });
      if (!row) return;
      running.begin(row);
    }
  });
  const tick = safely(tools, () => {
    const now = host.clock.now();
    for (const row of store.jobs.heartbeat(owner, now, running.ids())) {
      if (row.cancel_requested_by === null) continue;
      running.abort(row.job_id, cancelledBy(row.cancel_requested_by));
    }
    wake();
  });
  const timer = setInterval(tick, pollMs);
  const stop = () => {
    stopped = true;
  };

  return {
    wake,
    runs: running.has,
    abort: running.abort,
    idle: running.idle,
    stop,
    async close(drainMs) {
      stop();
      const ending = setTimeout(running.end, drainMs);
      await running.idle();
      clearTimeout(ending);
      clearInterval(timer);
    },
  };
}

/** The jobs that run in this process, and what ends them. */
function createRunning(
  options: WorkerOptions,
  places: number,
  onEnd: () => void,
) {
  const { logger } = options.tools.host;
  const limit = pLimit(places);
  const controllers = new Map<string, AbortController>();
  const settled = new Set<Promise<void>>();
  const stopping = new AbortController();

  return {
    size: () => controllers.size,
    ids: () => [...controllers.keys()],
    has: (job_id: string) => controllers.has(job_id),
    begin(row: AnyJobRow): void {
      const { job_id } = row;
      const controller = new AbortController();
      controllers.set(job_id, controller);
      const signals = { signal: controller.signal, stopping: stopping.signal };
      const done = limit(() => runJob(options, row, signals))
        .catch((error: unknown) => {
          const facts = { job_id, error: String(error) };
          logger.error("a job could not be settled", facts);
        })
        .finally(() => {
          controllers.delete(job_id);
          settled.delete(done);
          onEnd();
        });
      settled.add(done);
    },
    abort(job_id: string, reason: BackupError): boolean {
      const controller = controllers.get(job_id);
      controller?.abort(reason);
      return controller !== undefined;
    },
    /** Ends all; what cannot be settled now is left to a recovery. */
    end(): void {
      for (const controller of controllers.values()) {
        controller.abort(hostCloses);
      }
      stopping.abort();
    },
    async idle(): Promise<void> {
      while (settled.size > 0) await Promise.all(settled);
    },
  };
}

/** A full disk makes a heartbeat fail; the next one may not. */
function safely({ host }: JobTools["tools"], action: () => void): () => void {
  return () => {
    try {
      action();
    } catch (error) {
      const facts = { error: String(error) };
      host.logger.error("the job file cannot be written", facts);
    }
  };
}
