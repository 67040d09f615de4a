/** Who asked for a backup has one of what they had then, or knows why not. */

import type { JobRow } from "../../../lib/store/index.js";
import type { Promised } from "../scenario/facts.js";
import { isRetried } from "./failures.js";
import type { Ground, Invariant } from "./ground.js";

export const promises: readonly Invariant[] = [
  {
    id: "promise",
    sentence:
      "A start that was answered ends in a backup of what was there then, or later.",
    check: (ground) =>
      ground.facts.promises
        .filter((promised) => !isKept(ground, promised))
        .map(({ job_id }) => `Job ${job_id}.`),
  },
];

function isKept(ground: Ground, promised: Promised): boolean {
  const asked = ground.rows.find(({ job_id }) => job_id === promised.job_id);
  // That it has no row is told elsewhere.
  if (asked === undefined) return true;
  const later = ground.rows.filter(
    ({ seq, kind, project_id }) =>
      seq >= asked.seq && kind === "backup" && project_id === asked.project_id,
  );
  return later.some((row) => givenUp(row) || holds(ground, row, promised));
}

/** Somebody cancelled it, or its code says that a person has to act. */
function givenUp(row: JobRow): boolean {
  return (
    row.state === "cancelled" || (row.state === "failed" && !isRetried(row))
  );
}

function holds(
  { facts, stored }: Ground,
  { state, backup_id }: JobRow,
  { project_id, since }: Promised,
): boolean {
  if (state !== "succeeded") return false;
  const found = stored.find((one) => one.backup_id === backup_id);
  const [version] = found?.versions ?? [];
  const from = (facts.history[project_id] ?? []).slice(Math.max(0, since));
  return version !== undefined && from.includes(version);
}
