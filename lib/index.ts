/** Project backups for a project-host: the one place that wires things. */

import type { Config } from "./config.js";
import type { ProjectHost } from "./host.js";
import { createRefresher } from "./jobs/refresh.js";
import { watchOwners } from "./jobs/deaths.js";
import { createRecovery } from "./jobs/keep-recovering.js";
import { openCalendar } from "./jobs/schedule/index.js";
import { createScheduler, type Scheduler } from "./jobs/scheduler.js";
import { createCounter } from "./jobs/unprotected.js";
import { createWorker, type Worker } from "./jobs/worker.js";
import { identifyProcess } from "./process-identity.js";
import { createRepositories } from "./repository/index.js";
import { registerServices } from "./service/conat.js";
import { publishEvents } from "./service/events.js";
import { createHandlers, type Handlers } from "./service/handlers.js";
import { createBtrfs } from "./source/btrfs.js";
import { captureProgram } from "./source/capture-program.js";
import { createCaptureDatabases } from "./source/sqlite-capture.js";
import { openStore, withFileLock } from "./store/index.js";
import { tasks } from "./tasks/index.js";
import type { Tools } from "./tasks/task.js";

export { parseConfig, readConfig, type Config } from "./config.js";
export * from "./host.js";

export interface StartOptions {
  /** false: answer and enqueue, but run nothing in this process. */
  work?: boolean;
  /** How often the scheduler looks by itself, in ms; default: each minute. */
  tick_ms?: number;
}

export interface ProjectBackups {
  /** The methods of the contract, for callers in this process. */
  handlers: Handlers;
  tools: Tools;
  /** What the scheduler does each minute, now. */
  tick(): Promise<void>;
  /** Reads the list of backups from the repository. */
  refresh(): Promise<void>;
  /** Runs one job, and no other, in a process that was started idle. */
  runOnly(job_id: string): void;
  /** Ends services, waits for jobs or hands them back, closes the file. */
  close(options?: { drainMs?: number }): Promise<void>;
}

/**
 * @throws BackupError FILESYSTEM_FAILED or CONFLICT when the data directory
 * cannot be used, INVALID_ARGUMENT for a configuration that cannot work.
 */
export async function startProjectBackups(
  host: ProjectHost,
  config: Config,
  { work = true, tick_ms = 60_000 }: StartOptions = {},
): Promise<ProjectBackups> {
  const store = openStore(host.dataDir, host.host_id);
  const tools = createTools(host, config, store);
  const owner = identifyProcess(process.pid);
  const refresher = createRefresher(tools);
  const startWorker = (only?: string) =>
    createWorker({ tools, tasks, owner, only });
  let worker: Worker | undefined;
  const counter = createCounter(tools);
  const handlers = createHandlers({
    ...{ tools, refresher, counter },
    calendar: openCalendar(config.schedule),
    wake: () => worker?.wake(),
    abort: (job_id, reason) => worker?.abort(job_id, reason) ?? false,
  });
  const deaths = watchOwners((job_id) => worker?.runs(job_id) ?? false);
  const recovery = createRecovery({
    ...{ tools, refresher, deaths, sweeps: work },
  });
  const services = await recovery
    .begin()
    .then(() => registerServices(host, handlers))
    .catch(async (error: unknown) => {
      recovery.stop();
      await closeAll([
        ...[counter.close, refresher.close, recovery.close],
        store.close,
      ]);
      throw error;
    });
  const events = publishEvents(host, store);
  let scheduler: Scheduler | undefined;
  if (work) {
    worker = startWorker();
    worker.wake();
    if (isUnread(tools)) refresher.queue();
    const wake = worker.wake;
    scheduler = createScheduler({ tools, refresher, wake, everyMs: tick_ms });
  }

  return {
    handlers,
    tools,
    tick: async () => scheduler?.tick(),
    refresh: refresher.refresh,
    runOnly(job_id) {
      worker ??= startWorker(job_id);
      worker.wake();
    },
    async close({ drainMs = config.limits.drain_seconds * 1000 } = {}) {
      worker?.stop();
      scheduler?.stop();
      recovery.stop();
      await closeAll([
        ...services.map((service) => () => service.close()),
        events.close,
        () => scheduler?.close(),
        counter.close,
        () => worker?.close(drainMs),
        refresher.close,
        recovery.close,
        tools.repositories.close,
        store.close,
      ]);
    },
  };
}

/** A lost file: what the repository holds is read without being asked for. */
function isUnread({ repositories, store }: Tools): boolean {
  const id = repositories.knownId();
  return id !== undefined && !store.repositories.get(id)?.read_at;
}

/** Each in its turn, whatever becomes of the others; throws the first error. */
async function closeAll(
  closes: readonly (() => Promise<void> | void)[],
): Promise<void> {
  const errors: unknown[] = [];
  for (const close of closes) {
    try {
      await close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

function createTools(
  host: ProjectHost,
  config: Config,
  store: Tools["store"],
): Tools {
  return {
    host,
    config,
    store,
    repositories: createRepositories({
      host,
      config,
      withLock: withFileLock,
      opened: (repository) =>
        store.repositories.opened(repository, host.clock.now()),
    }),
    btrfs: createBtrfs({
      program: config.commands.btrfs,
      privileged: host.privileged ?? [],
      environment: config.environment,
    }),
    captureDatabases: createCaptureDatabases(captureProgram),
  };
}
