import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  type Backup,
  BackupError,
  defaultPolicy,
  type Input,
  isTerminal,
  type Job,
  type MethodName,
  type Output,
  type PolicyInForce,
  type Status,
} from "../../conat-api/index.js";
import { someBackup, someJob, somePolicyInForce } from "./wire-values.js";

/** A project as the fake host of the panel knows it: rows in memory. */
export interface PanelProject {
  project_id: string;
  status: Partial<Status>;
  /** Newest first, forgotten ones too. */
  backups: Backup[];
  /** Newest first. */
  jobs: Job[];
  as_of: number | null;
  refreshing: boolean;
  /** Why the last reading of the repository failed. */
  read_error: string | null;
  policy: PolicyInForce;
  /** What a preview says of the backups, newest first; the others go. */
  kept: Output<"preview_policy">["decisions"][number]["keep"][];
}

export function panelProject(project_id: string = randomUUID()): PanelProject {
  return {
    project_id,
    status: {},
    backups: [],
    jobs: [],
    as_of: Date.now(),
    refreshing: false,
    read_error: null,
    policy: somePolicyInForce(),
    kept: [],
  };
}

/** Backups an hour apart, the newest `firstAgoMs` old. */
export function addBackups(
  project: PanelProject,
  count: number,
  fields: Partial<Backup> = {},
): void {
  const { project_id } = project;
  for (let n = 0; n < count; n += 1) {
    project.backups.push(
      someBackup({
        project_id,
        backup_id: randomUUID().replaceAll("-", "").repeat(2),
        time: Date.now() - (project.backups.length + 1) * 3_600_000,
        ...fields,
      }),
    );
  }
}

/** Adds a job as the newest. */
export function addJob(project: PanelProject, fields: Partial<Job> = {}): Job {
  const now = Date.now();
  const job = someJob({
    project_id: project.project_id,
    created_at: now,
    run_at: now,
    finished_at: isTerminal(fields.state ?? "succeeded") ? now : null,
    warnings_count: 0,
    warnings: [],
    ...fields,
  });
  project.jobs.unshift(job);
  return job;
}

export function endJob(job: Job, fields: Partial<Job>): void {
  Object.assign(job, { finished_at: Date.now(), ...fields });
}

type Answers = {
  [M in MethodName]: (project: PanelProject, input: Input<M>) => Output<M>;
};

export const answers: Answers = {
  status: (project) => ({
    project_id: project.project_id,
    health: healthOf(project),
    last_backup: remembered(project)[0] ?? null,
    last_success: endedBackup(project, ["succeeded"]),
    last_attempt: endedBackup(project, ["succeeded", "failed", "cancelled"]),
    failed_in_a_row: failedInARow(project),
    current: currentOf(project),
    next_due_at: null,
    scheduled: project.policy.policy.enabled,
    unprotected: null,
    repository: null,
    as_of: project.as_of,
    notices: [],
    ...project.status,
  }),
  list(project, { cursor = "0", limit = 100, refresh, forgotten }) {
    if (refresh) project.refreshing = true;
    const end = Number(cursor) + limit;
    const { as_of, refreshing } = project;
    const backups = forgotten ? project.backups : remembered(project);
    return {
      backups: backups.slice(Number(cursor), end),
      cursor: end < backups.length ? String(end) : null,
      as_of,
      refreshing,
      read_error: project.read_error,
    };
  },
  jobs(project, { state, limit = 100 }) {
    const jobs = project.jobs.filter((job) => !state || job.state === state);
    return { jobs: jobs.slice(0, limit), cursor: null };
  },
  job: (project, { job_id }) => ({ job: find(project, job_id) }),
  start(project) {
    const waiting = project.jobs.find(({ state }) => state === "pending");
    const fields = { state: "pending", phase: null } as const;
    return {
      job: waiting ?? addJob(project, fields),
      joined: waiting !== undefined,
    };
  },
  cancel(project, { job_id }) {
    const job = find(project, job_id);
    const cancelled = !isTerminal(job.state);
    if (cancelled) endJob(job, { state: "cancelled" });
    return { job, cancelled };
  },
  restore: (project, { backup_id, target }) => ({
    job: addJob(project, {
      kind: "restore",
      state: "pending",
      phase: null,
      backup_id,
      target,
    }),
  }),
  update(project, { backup_id, project_id: _of, ...fields }) {
    const backup = findBackup(project, backup_id);
    return { backup: Object.assign(backup, fields) };
  },
  forget(project, { backup_id }) {
    const backup = findBackup(project, backup_id);
    if (backup.pinned) throw new BackupError("CONFLICT", "It is pinned.");
    const forgotten_at = Date.now();
    const gone_at = forgotten_at + project.policy.unforget_days * 86_400_000;
    return { backup: Object.assign(backup, { forgotten_at }), gone_at };
  },
  unforget(project, { backup_id }) {
    const backup = findBackup(project, backup_id);
    return { backup: Object.assign(backup, { forgotten_at: null }) };
  },
  get_policy: (project) => project.policy,
  set_policy(project, { policy, expected }) {
    const { own } = project.policy;
    if (expected !== undefined && !isDeepStrictEqual(expected, own)) {
      throw new BackupError("CONFLICT", "Somebody else has changed it.");
    }
    const set = { policy: policy ?? defaultPolicy, own: policy };
    const is_default = policy === null;
    return (project.policy = { ...project.policy, ...set, is_default });
  },
  preview_policy(project) {
    const decisions = remembered(project).map((backup, index) => {
      const { backup_id } = backup;
      const keep = project.kept[index] ?? [];
      const drop = keep.length === 0 ? ("policy" as const) : null;
      return { backup, backup_id, keep, drop };
    });
    const kept = decisions.filter(({ keep }) => keep.length > 0).length;
    const { max_backups } = project.policy;
    const dropped = decisions.length - kept;
    return { decisions, kept, dropped, max_backups, as_of: Date.now() };
  },
};

function remembered({ backups }: PanelProject): Backup[] {
  return backups.filter(({ forgotten_at }) => forgotten_at === null);
}

function findBackup({ backups }: PanelProject, id: string): Backup {
  const backup = backups.find(({ backup_id }) => backup_id === id);
  if (backup) return backup;
  throw new BackupError("NOT_FOUND", "The project has no such backup.");
}

function find({ jobs }: PanelProject, job_id: string): Job {
  const job = jobs.find((job) => job.job_id === job_id);
  if (job) return job;
  throw new BackupError("NOT_FOUND", "The project has no such job.");
}

function endedBackup({ jobs }: PanelProject, states: Job["state"][]) {
  const wanted = ({ kind, state }: Job) =>
    kind === "backup" && states.includes(state);
  return jobs.find(wanted) ?? null;
}

function failedInARow({ jobs }: PanelProject): number {
  const states = jobs
    .filter(({ kind }) => kind === "backup")
    .map(({ state }) => state);
  const good = states.indexOf("succeeded");
  const since = good === -1 ? states : states.slice(0, good);
  return since.filter((state) => state === "failed").length;
}

function currentOf({ jobs }: PanelProject): Job | null {
  const running = jobs.find(({ state }) => state === "running");
  return running ?? jobs.findLast(({ state }) => state === "pending") ?? null;
}

function healthOf(project: PanelProject): Status["health"] {
  const last = endedBackup(project, ["succeeded", "failed"]);
  const failed = last?.state === "failed";
  if (remembered(project).length === 0) return failed ? "failing" : "never";
  return failed || (last?.warnings_count ?? 0) > 0 ? "warning" : "ok";
}
