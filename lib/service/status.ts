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
    health: healthOf(last_backup !== undefined, last_attempt),
    last_backup: last_backup ?? null,
    last_success: newest(["succeeded"]),
    last_attempt,
    current: current ? toJob(current) : null,
    next_due_at: current?.state === "pending" ? current.run_at : null,
    as_of: repository?.read_at ?? null,
    notices: noticesOf(repository),
  };
}

/** A failed or cut restore says nothing of the backups. */
export function healthOf(hasBackup: boolean, lastAttempt: Job | null): Health {
  if (!hasBackup) return lastAttempt?.state === "failed" ? "failing" : "never";
  const clean =
    lastAttempt === null ||
    lastAttempt.state === "cancelled" ||
    (lastAttempt.state === "succeeded" && lastAttempt.warnings_count === 0);
  return clean ? "ok" : "warning";
}

function noticesOf(repository: RepositoryRow | undefined): Notice[] {
  if (!repository || repository.kit_exported_at !== null) return [];
  return [
    {
      code: "KIT_NOT_EXPORTED",
      message:
        "The recovery kit was never exported: if this host is lost, nobody can open the backups. Run: project-backups repo kit",
    },
  ];
}
