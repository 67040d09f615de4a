/** How a project is protected, for a terminal; pure. */

import type {
  Job,
  RepositoryState,
  Status,
  Unprotected,
} from "../../conat-api/index.js";
import { formatBytes, formatTime } from "./format.js";
import { progressLine } from "./wait.js";

export function statusText(status: Status): string {
  const { last_backup, last_attempt, unprotected } = status;
  const { repository, current, notices } = status;
  const lines = [`health:       ${status.health}`];
  const add = (name: string, text: string) =>
    lines.push(`${`${name}:`.padEnd(14)}${text}`);
  add(
    "last backup",
    last_backup
      ? `${formatTime(last_backup.time)}, ${formatBytes(last_backup.size_bytes)}, ${last_backup.backup_id}`
      : "none",
  );
  if (last_attempt) add("last attempt", attemptText(status, last_attempt));
  add("next due", dueText(status));
  if (unprotected) add("unprotected", unprotectedText(unprotected));
  if (repository) add("repository", repositoryText(repository));
  if (current) add("now", progressLine(current));
  for (const { message } of notices) add("notice", message);
  return lines.join("\n");
}

function attemptText({ failed_in_a_row }: Status, job: Job): string {
  const { state, finished_at, error_message, unchanged } = job;
  const why = error_message ? `: ${error_message}` : "";
  const times = failed_in_a_row > 1 ? ` (${failed_in_a_row} in a row)` : "";
  const same = unchanged ? ", nothing had changed" : "";
  return `${state} ${formatTime(finished_at)}${same}${times}${why}`;
}

function dueText({ scheduled, next_due_at }: Status): string {
  if (!scheduled) return "never: backups are off";
  return next_due_at === null ? "not planned yet" : formatTime(next_due_at);
}

function unprotectedText({ since, changes, more }: Unprotected): string {
  const at = formatTime(since);
  if (!changes) return `what changed since ${at}`;
  const count = `${more ? "more than " : ""}${changes}`;
  return `${count} files and directories that changed since ${at}`;
}

function repositoryText({ checked_at, damaged }: RepositoryState): string {
  if (checked_at === null) return "not checked yet";
  const found = damaged ? "damage was found" : "no damage was found";
  return `checked ${formatTime(checked_at)}: ${found}`;
}
