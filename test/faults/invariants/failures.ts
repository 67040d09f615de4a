/** I12: every failure has a code, a sentence, and what its code promises. */

import { errorCodes, retryRules } from "../../../conat-api/index.js";
import type { JobRow } from "../../../lib/store/index.js";
import type { Invariant } from "./ground.js";

export const failures: readonly Invariant[] = [
  {
    id: "I12",
    sentence: "A job that failed has a closed code and a whole sentence.",
    check: ({ rows }) =>
      rows
        .filter(({ state }) => state === "failed" || state === "cancelled")
        .filter(
          ({ error_code, error_message }) =>
            error_code === null ||
            !errorCodes.includes(error_code) ||
            !/^[A-Z`/].*\.$/s.test(error_message ?? ""),
        )
        .map(
          (row) => `Job ${row.job_id}: ${row.error_code}, ${row.error_message}`,
        ),
  },
  {
    id: "I12",
    sentence: "Nothing fails because of a mistake in the code.",
    check: ({ state }) =>
      state.log.filter((line) => /\b(Type|Reference|Range)Error\b/.test(line)),
  },
  {
    id: "I12",
    sentence: "What is retried by its code is; what is not is not.",
    check: ({ rows }) =>
      rows
        .filter(({ kind, state }) => kind === "backup" && state === "failed")
        .flatMap((row) => {
          const again = rows.some(({ retry_of }) => retry_of === row.job_id);
          if (!isRetried(row) || row.cancel_requested_by !== null) {
            return again ? [`Job ${row.job_id}: ${row.error_code}.`] : [];
          }
          return successorOf(row, rows)
            ? []
            : [`Job ${row.job_id}: ${row.error_code}, and nothing follows.`];
        }),
  },
];

export function isRetried({ error_code, attempt }: JobRow): boolean {
  if (error_code === null) return false;
  const rule = retryRules[error_code];
  return rule.retry === "backoff" && attempt < rule.attempts;
}

/**
 * What tries the same again: its retry, or else the backup of the project
 * that waited already. Of those that could have, one that was not cancelled.
 */
export function successorOf(
  row: JobRow,
  rows: readonly JobRow[],
): JobRow | undefined {
  const later = rows.filter(
    ({ seq, kind, project_id }) =>
      seq > row.seq && kind === "backup" && project_id === row.project_id,
  );
  return (
    later.find(({ retry_of }) => retry_of === row.job_id) ??
    later.find(({ state }) => state !== "cancelled") ??
    later.at(-1)
  );
}
