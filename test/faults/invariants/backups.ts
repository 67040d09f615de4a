/** I1, and the truth about what failed: rows and repository say the same. */

import type { Ground, Invariant, Stored } from "./ground.js";

export const backups: readonly Invariant[] = [
  {
    id: "I1",
    sentence:
      "A backup that succeeded names one in the repository: its own, or one that it is equal to.",
    check: ({ rows, stored, known, state, facts }) =>
      rows
        .filter(({ kind, state }) => kind === "backup" && state === "succeeded")
        .flatMap((row) => {
          const id = row.backup_id ?? "";
          const found = known.find((one) => one.backup_id === id);
          const isThere = stored.some((one) => one.backup_id === id);
          if (!isThere && !state.removed.includes(id)) {
            return [`Job ${row.job_id}: no backup ${id}.`];
          }
          if (!found) return [];
          const own = !row.unchanged;
          const wrong = [
            own && found.job_id !== row.job_id && "tag",
            found.host !== row.project_id && "host",
            own && found.files !== row.files && "files",
            own && found.bytes !== row.bytes_processed && "bytes",
            !isOneOf(found.versions, facts.history[row.project_id]) && "tree",
          ].filter(Boolean);
          return wrong.length === 0
            ? []
            : [`Job ${row.job_id}: not the same ${wrong.join(", ")}.`];
        }),
  },
  {
    id: "I3",
    sentence:
      "A backup in the repository belongs to a job that succeeded or was cancelled.",
    check: (ground) =>
      ground.stored.flatMap(({ job_id, backup_id }) => {
        const row = ground.rows.find((one) => one.job_id === job_id);
        if (row === undefined) {
          const { lostRows } = ground.facts;
          return lostRows ? [] : [`${backup_id}: no job ${job_id}.`];
        }
        return row.state === "succeeded" || row.state === "cancelled"
          ? []
          : [`${backup_id}: job ${job_id} ${row.state} (${row.error_code}).`];
      }),
  },
  {
    id: "I3",
    sentence: "No job makes two backups.",
    check: ({ stored }) =>
      repeated(stored.map(({ job_id }) => job_id ?? "")).map(
        (job_id) => `Job ${job_id}.`,
      ),
  },
  {
    id: "I3",
    sentence: "The list shows what the repository holds, and nothing else.",
    check: ({ stored, listed }) => [
      ...stored
        .filter(({ backup_id }) => !listed.includes(backup_id))
        .map(({ backup_id }) => `${backup_id} is not listed.`),
      ...listed
        .filter((id) => !stored.some(({ backup_id }) => backup_id === id))
        .map((id) => `${id} is listed.`),
    ],
  },
  {
    id: "truth",
    sentence: "A job that failed as INTERRUPTED left no backup.",
    check: ({ rows, stored }: Ground) =>
      rows
        .filter(({ error_code }) => error_code === "INTERRUPTED")
        .filter((row) => stored.some(({ job_id }) => job_id === row.job_id))
        .map(({ job_id }) => `Job ${job_id}.`),
  },
];

/** Whole, and what somebody wrote or restored there. */
function isOneOf(
  [version, ...others]: Stored["versions"],
  history: readonly number[] = [],
): boolean {
  return (
    version !== undefined && others.length === 0 && history.includes(version)
  );
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}
