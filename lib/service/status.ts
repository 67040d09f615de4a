/** The status of a project, from rows alone. */

import type {
  Health,
  Job,
  RepositoryState,
  Status,
  Unprotected,
} from "../../conat-api/index.js";
import {
  type Calendar,
  dueOf,
  usableSchedule,
} from "../jobs/schedule/index.js";
import { type RepositoryRow, toJob } from "../store/index.js";
import { policyOf } from "../tasks/policy.js";
import type { Tools } from "../tasks/task.js";
import { noticesOf } from "./notices.js";

type Needs = Pick<Tools, "store" | "repositories" | "config"> & {
  host: Pick<Tools["host"], "clock" | "host_id">;
  calendar: Calendar;
};

export function projectStatus(needs: Needs, project_id: string): Status {
  const { store, repositories } = needs;
  const { jobs, backups } = store;
  const repository_id = repositories.knownId();
  const repository =
    repository_id === undefined
      ? undefined
      : store.repositories.get(repository_id);
  const newest = (states: Job["state"][]): Job | null => {
    const row = jobs.newestOfKind(project_id, "backup", states);
    return row ? toJob(row) : null;
  };
  const current = jobs.current(project_id);
  const last_backup =
    repository_id === undefined
      ? undefined
      : backups.list({ project_id, repository_id, limit: 1 })[0];
  const { enabled } = policyOf(project_id, needs);
  const scheduled = enabled && needs.config.schedule.enabled;
  const unprotected = unprotectedOf(project_id, needs);
  return {
    project_id,
    health: healthOf(
      last_backup !== undefined,
      newest(["succeeded", "failed"]),
      (repository?.damage ?? null) !== null ||
        (scheduled && isOverdue(unprotected, needs)),
    ),
    last_backup: last_backup ?? null,
    last_success: newest(["succeeded"]),
    last_attempt: newest(["succeeded", "failed", "cancelled"]),
    failed_in_a_row: store.projects.get(project_id)?.failed_in_a_row ?? 0,
    current: current ? toJob(current) : null,
    next_due_at:
      current?.state === "pending"
        ? current.run_at
        : scheduled
          ? nextDueAt(project_id, needs)
          : null,
    scheduled,
    unprotected,
    repository: repository ? stateOf(repository, needs) : null,
    as_of: repository?.read_at ?? null,
    notices: noticesOf(repository, project_id, needs),
  };
}

/** Who checks no more knows only how it was. */
function stateOf(
  repository: RepositoryRow,
  { host }: Pick<Needs, "host">,
): RepositoryState | null {
  const { maintainer, damage } = repository;
  if (maintainer !== null && maintainer !== host.host_id) return null;
  const { checked_at, data_checked_at, pruned_at } = repository;
  return { checked_at, damaged: damage !== null, data_checked_at, pruned_at };
}

/** null: none begins by itself. */
export function nextDueAt(project_id: string, needs: Needs): number | null {
  const { config, calendar, host } = needs;
  const { enabled, schedule } = policyOf(project_id, needs);
  if (!enabled || !config.schedule.enabled) return null;
  const now = host.clock.now();
  const usable = usableSchedule(schedule, calendar);
  const { next_at } = dueOf(project_id, usable, calendar, now);
  return Number.isFinite(next_at) ? next_at : null;
}

/** A host promises a day and two hours. */
const overdueMs = 26 * 3600 * 1000;

function isOverdue(
  unprotected: Unprotected | null,
  { host }: Pick<Needs, "host">,
): boolean {
  return (
    unprotected !== null && host.clock.now() - unprotected.since > overdueMs
  );
}

function unprotectedOf(
  project_id: string,
  { store }: Pick<Needs, "store">,
): Unprotected | null {
  const since = store.projects.get(project_id)?.unprotected_since ?? null;
  if (since === null) return null;
  const base = store.bases.get(project_id);
  return {
    since,
    changes: base?.changes ?? null,
    more: base?.changes_more === 1,
    counted_at: base?.counted_at ?? null,
  };
}

/**
 * `lastEnded`: the newest backup job that somebody did not cancel. Restores
 * say nothing of the backups.
 */
export function healthOf(
  hasBackup: boolean,
  lastEnded: Job | null,
  isInDanger = false,
): Health {
  const failed = lastEnded?.state === "failed";
  if (!hasBackup) return failed ? "failing" : "never";
  const warned = failed || isInDanger || (lastEnded?.warnings_count ?? 0) > 0;
  return warned ? "warning" : "ok";
}
