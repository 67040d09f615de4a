/**
 * The contract's methods. None waits for rustic, btrfs or a repository: they
 * read and write rows, and the worker does the rest.
 */

import {
  type Backup,
  BackupError,
  type Input,
  type Job,
  type MethodName,
  type Output,
  parseInput,
  type Trigger,
} from "../../conat-api/index.js";
import { cancelledBy } from "../aborted.js";
import type { Refresher } from "../jobs/refresh.js";
import type { Calendar } from "../jobs/schedule/index.js";
import type { Counter } from "../jobs/unprotected.js";
import type { ProjectHost } from "../host.js";
import { requireSource } from "../source/stage.js";
import { isOfProject, type JobRow, toJob } from "../store/index.js";
import { projectPaths } from "../tasks/project-paths.js";
import { requireFreeTarget } from "../tasks/restore/directory.js";
import { noSuchBackup } from "../tasks/restore/index.js";
import type { Tools } from "../tasks/task.js";
import { authorize, authorizeRestore, type Caller, nameOf } from "./callers.js";
import {
  backupCursor,
  jobCursor,
  parseBackupCursor,
  parseJobCursor,
} from "./cursor.js";
import { policyHandlers } from "./policies.js";
import { projectStatus } from "./status.js";
import { annotationHandlers } from "./annotations.js";

export interface Engine {
  tools: Tools;
  refresher: Refresher;
  calendar: Calendar;
  /** Counts what is not yet protected, for people. */
  counter: Counter;
  /** There is new work. */
  wake(): void;
  abort(job_id: string, reason: BackupError): boolean;
}

/** One call: who, with what (checked, and allowed). */
export interface Call<M extends MethodName> {
  caller: Caller;
  role: "owner" | "collaborator";
  input: Input<M>;
}

export type Handler<M extends MethodName> = (
  engine: Engine,
  call: Call<M>,
) => Promise<Output<M>> | Output<M>;

export type Handlers = <M extends MethodName>(
  method: M,
  caller: Caller,
  input: unknown,
) => Promise<Output<M>>;

/** Checks the request and the caller, then calls the method. */
export function createHandlers(engine: Engine): Handlers {
  return async (method, caller, request) => {
    const input = parseInput(method, request);
    const { host } = engine.tools;
    const role = await authorize(host, caller, method, input.project_id);
    const handler = handlers[method] as Handler<typeof method>;
    return handler(engine, { caller, role, input });
  };
}

const defaultLimit = 100;

const handlers: { [M in MethodName]: Handler<M> } = {
  ...annotationHandlers,
  ...policyHandlers,

  async start({ tools, wake }, { caller, input }) {
    const { project_id } = input;
    await requireSource(await projectPaths(tools, project_id));
    const { row, joined } = tools.store.jobs.askBackup({
      project_id,
      trigger: triggerOf(caller),
      requested_by: nameOf(caller),
      now: tools.host.clock.now(),
    });
    setImmediate(wake);
    return { job: shown(caller, toJob(row)), joined };
  },

  list({ tools, refresher }, { caller, input }) {
    const { project_id, limit = defaultLimit, forgotten = false } = input;
    const { store, repositories } = tools;
    const repository_id = repositories.knownId();
    const before = parseBackupCursor(input.cursor);
    const as_of = repository_id
      ? (store.repositories.get(repository_id)?.read_at ?? null)
      : null;
    // What other hosts have put there is not known before it was read once.
    const unread = repository_id !== undefined && as_of === null;
    if (input.refresh || unread) refresher.queue();
    const backups =
      repository_id === undefined
        ? []
        : store.backups.list({
            ...{ project_id, repository_id, before, limit, forgotten },
          });
    const last = backups.length === limit ? backups.at(-1) : undefined;
    return {
      backups: backups.map((one) => shownBackup(caller, one)),
      cursor: last ? backupCursor(last) : null,
      as_of,
      refreshing: refresher.busy,
      read_error: refresher.failure?.message ?? null,
    };
  },

  status({ tools, calendar, counter }, { caller, input }) {
    const { project_id } = input;
    const status = projectStatus({ ...tools, calendar }, project_id);
    if (status.unprotected) counter.ask(project_id);
    const { current, last_backup } = status;
    return {
      ...status,
      current: current && shown(caller, current),
      last_backup: last_backup && shownBackup(caller, last_backup),
    };
  },

  jobs({ tools }, { caller, input }) {
    const { project_id, state, limit = defaultLimit } = input;
    const before = parseJobCursor(input.cursor);
    const rows = tools.store.jobs.list({ project_id, state, before, limit });
    const last = rows.length === limit ? rows.at(-1) : undefined;
    const jobs = rows.map((row) => shown(caller, toJob(row)));
    return { jobs, cursor: last ? jobCursor(last) : null };
  },

  job: ({ tools }, { caller, input }) => ({
    job: shown(caller, toJob(findJob(tools, input))),
  }),

  cancel({ tools, abort }, { caller, input }) {
    const found = findJob(tools, input);
    const by = nameOf(caller);
    const now = tools.host.clock.now();
    const row = tools.store.jobs.cancel(found.job_id, by, now);
    if (row?.state === "running") abort(row.job_id, cancelledBy(by));
    const last = findJob(tools, input);
    if (!row && last.state === "running") throw tooLate();
    return { job: shown(caller, toJob(last)), cancelled: row !== undefined };
  },

  async restore({ tools, wake }, { caller, role, input }) {
    const { store, config, host, repositories } = tools;
    const { project_id, backup_id, target } = input;
    authorizeRestore(caller, role, input, config);
    if (target.type === "in_place") requireInPlace(host);
    await projectPaths(tools, project_id);
    refuseForeignBackup(tools, project_id, backup_id);
    if (target.type === "directory") {
      await requireFreeTarget(config, target.path);
    }
    const row = store.jobs.askRestore({
      project_id,
      trigger: triggerOf(caller),
      requested_by: nameOf(caller),
      now: host.clock.now(),
      repository_id: repositories.knownId() ?? null,
      backup_id,
      target,
    });
    setImmediate(wake);
    return { job: toJob(row) };
  },
};

/**
 * A swap renames and removes in this process: the prefix does not reach it.
 *
 * @throws BackupError INVALID_ARGUMENT
 */
function requireInPlace({ privileged = [] }: Pick<ProjectHost, "privileged">) {
  if (privileged.length === 0 || process.getuid?.() === 0) return;
  throw new BackupError(
    "INVALID_ARGUMENT",
    "This host cannot restore in place: it does not run as root.",
    { hint: "Ask its administrator to restore to a directory." },
  );
}

function tooLate(): BackupError {
  return new BackupError(
    "CONFLICT",
    "It is too late to cancel: the restored tree is being put in its place.",
    { hint: "Wait for its end." },
  );
}

/**
 * A row as its caller may see it: where the host keeps things is for those
 * who could look there.
 */
function shown({ type }: Caller, job: Job): Job {
  return type === "hub" || type === "local" ? job : { ...job, kept_at: null };
}

/** What people call and note is for them, not for code in the project. */
function shownBackup({ type }: Caller, backup: Backup): Backup {
  return type === "project" ? { ...backup, name: null, note: null } : backup;
}

function triggerOf(caller: Caller): Trigger {
  return caller.type === "hub" ? "hub" : "manual";
}

/** @throws BackupError NOT_FOUND, for a job of another project too. */
function findJob(
  { store }: Tools,
  { project_id, job_id }: { project_id: string; job_id: string },
): JobRow {
  const row = store.jobs.get(job_id);
  if (row && isOfProject(row) && row.project_id === project_id) return row;
  throw new BackupError("NOT_FOUND", "The project has no such job.");
}

/**
 * An id that no row knows may still be in the repository: the task asks, and
 * gives the same answer.
 */
function refuseForeignBackup(
  { store, repositories }: Tools,
  project_id: string,
  backup_id: string,
): void {
  const repository_id = repositories.knownId();
  const known = repository_id && store.backups.find(repository_id, backup_id);
  if (!known || known.project_id === project_id) return;
  throw noSuchBackup();
}
