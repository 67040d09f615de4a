/** What the repository holds and what the rows say is the same. */

import type { JobRow } from "../../../../lib/store/index.js";
import type { StoredBackup } from "../repository.js";

export function checkBackups(
  rows: readonly JobRow[],
  stored: readonly StoredBackup[],
): string[] {
  const jobs = stored.map(({ job_id }) => job_id);
  const twice = jobs.filter((job_id, at) => jobs.indexOf(job_id) < at);
  const ids = new Set(stored.map(({ backup_id }) => backup_id));
  return [
    ...twice.map((job_id) => `${job_id} made more than one backup`),
    ...stored.flatMap((backup) => checkStored(backup, rows)),
    ...rows
      .filter(({ kind, state }) => kind === "backup" && state === "succeeded")
      .filter(({ backup_id }) => !ids.has(backup_id ?? ""))
      .map(({ job_id }) => `the backup of ${job_id} is not in the repository`),
  ];
}

/** A backup that was cancelled as it finished may stay cancelled. */
function checkStored(
  { backup_id, job_id, project_id }: StoredBackup,
  rows: readonly JobRow[],
): string[] {
  const row = rows.find((one) => one.job_id === job_id);
  const name = `the backup ${backup_id.slice(0, 8)} of job ${job_id}`;
  if (row === undefined) return [`${name} has no row`];
  if (row.project_id !== project_id) return [`${name} is another project's`];
  if (row.state === "cancelled") return [];
  if (row.state !== "succeeded") {
    return [`${name} was lost: ${row.state} ${row.error_code}`];
  }
  return row.backup_id === backup_id
    ? []
    : [`${name} is not the one in the row, ${row.backup_id}`];
}
