/** The status of a project, from rows alone. */

import type { Health, Job, Notice, Status } from "../../conat-api/index.js";
import { type RepositoryRow, toJob } from "../store/index.js";
import type { Tools } from "../tasks/task.js";

export function projectStatus(
  { store, repositories }: Pick<Tools, "store" | "repositories">,
  project_id: string,
): Status {
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
  const last_attempt = newest(["succeeded", "failed", "cancelled"]);
  return {
    project_id,
    health: healthOf(
      last_backup !== undefined,
      newest(["succeeded", "failed"]),
    ),
    last_backup: last_backup ?? null,
    last_success: newest(["succeeded"]),
    last_attempt,
    failed_in_a_row: jobs.failedInARow(project_id),
    current: current ? toJob(current) : null,
    next_due_at: current?.state === "pending" ? current.run_at : null,
    as_of: repository?.read_at ?? null,
    notices: noticesOf(repository),
  };
}

/**
 * `lastEnded`: the newest backup job that somebody did not cancel. Restores
 * say nothing of the backups.
 */
export function healthOf(hasBackup: boolean, lastEnded: Job | null): Health {
  const failed = lastEnded?.state === "failed";
  if (!hasBackup) return failed ? "failing" : "never";
  const warned = failed || (lastEnded?.warnings_count ?? 0) > 0;
  return warned ? "warning" : "ok";
}

function noticesOf(repository: RepositoryRow | undefined): Notice[] {
  if (!repository || repository.kit_exported_at !== null) return [];
  return [
    {
      code: "KIT_NOT_EXPORTED",
      message:
        "The recovery kit was never exported: if this host is lost, nobody can open the backups. Run: project-backups repo kit --to FILE",
    },
  ];
}
