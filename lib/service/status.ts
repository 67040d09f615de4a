/** The status of a project, from rows alone. */

import type {
  Health,
  Job,
  RepositoryState,
  Schedule,
  Status,
  Unprotected,
} from "../../conat-api/index.js";
import { isOverdue, usableSchedule } from "../jobs/schedule/index.js";
import { type RepositoryRow, toJob } from "../store/index.js";
import { policyOf } from "../tasks/policy.js";
import type { Tools } from "../tasks/task.js";
import { type NextDueNeeds, nextDueAt } from "./next-due.js";
import { type NoticeNeeds, noticesOf } from "./notices.js";

type Needs = Pick<Tools, "repositories"> & NextDueNeeds & NoticeNeeds;

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
  const { enabled, schedule } = policyOf(project_id, needs);
  const scheduled = enabled && needs.config.schedule.enabled;
  const unprotected = unprotectedOf(project_id, needs);
  return {
    project_id,
    health: healthOf(
      last_backup !== undefined,
      newest(["succeeded", "failed"]),
      (repository?.damage ?? null) !== null ||
        (scheduled && waitsTooLong(unprotected, project_id, schedule, needs)),
    ),
    last_backup: last_backup ?? null,
    last_success: newest(["succeeded"]),
    last_attempt: newest(["succeeded", "failed", "cancelled"]),
    failed_in_a_row: store.projects.get(project_id)?.failed_in_a_row ?? 0,
    current: current ? toJob(current) : null,
    next_due_at:
      current?.kind === "backup" && current.state === "pending"
        ? current.run_at
        : nextDueAt(project_id, needs),
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

function waitsTooLong(
  unprotected: Unprotected | null,
  project_id: string,
  asked: Schedule,
  { calendar, host }: Needs,
): boolean {
  if (unprotected === null) return false;
  const project = { project_id, schedule: usableSchedule(asked, calendar) };
  return isOverdue(unprotected.since, project, calendar, host.clock.now());
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
