/** Who asked for a backup has one of what they had then, or knows why not. */

import type { JobRow } from "../../../lib/store/index.js";
import type { Promised } from "../scenario/facts.js";
import { isHeld } from "../scenario/persist.js";
import { isRetried, successorOf } from "./failures.js";
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
  const last = lastOf(asked, ground.rows);
  return givenUp(last) || holds(ground, last, promised);
}

/** Of the row that was asked for and those that tried the same again. */
function lastOf(asked: JobRow, rows: readonly JobRow[]): JobRow {
  let last = asked;
  while (last.state === "failed" && isRetried(last) && !givenUp(last)) {
    const next = successorOf(last, rows);
    if (next === undefined) break;
    last = next;
  }
  return last;
}

/** Somebody cancelled it, or its code says that a person has to act. */
function givenUp(row: JobRow): boolean {
  if (row.cancel_requested_by !== null) return true;
  return row.state === "cancelled"
    ? row.cancelled_by !== "recovery"
    : row.state === "failed" && !isRetried(row);
}

function holds(
  { facts, known, state: { removed } }: Ground,
  { state, backup_id }: JobRow,
  { project_id, since, persistSince }: Promised,
): boolean {
  if (state !== "succeeded") return false;
  // It was there, and its time was over before anybody looked.
  if (removed.includes(backup_id ?? "")) return true;
  const found = known.find((one) => one.backup_id === backup_id);
  const [version] = found?.versions ?? [];
  const from = (facts.history[project_id] ?? []).slice(Math.max(0, since));
  if (version === undefined || !from.includes(version)) return false;
  const project = facts.projects.find((one) => one.project_id === project_id);
  if (!project || project.persist === "none") return true;
  const stores = facts.persistHistory[project_id] ?? [];
  const later = stores.slice(Math.max(0, persistSince));
  return found !== undefined && isHeld(project, found.persist, later);
}
