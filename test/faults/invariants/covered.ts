/**
 * No change is missed: a backup holds what its project had when its source
 * was fixed, or later. Most of all one that found nothing changed.
 */

import type { JobRow } from "../../../lib/store/index.js";
import { storeParts } from "../scenario/projects.js";
import { firstInstantOf } from "../world/clock.js";
import type { Ground, Invariant, Stored } from "./ground.js";

export const covered: readonly Invariant[] = [
  {
    id: "unchanged",
    sentence:
      "A backup that found nothing changed names one that holds what was there then.",
    check: (ground) => missed(ground, 1),
  },
  {
    id: "I1",
    sentence: "A backup holds what was there when its source was fixed.",
    check: (ground) => missed(ground, 0),
  },
];

function missed(ground: Ground, unchanged: 0 | 1): string[] {
  return ground.rows
    .filter((row) => row.kind === "backup" && row.state === "succeeded")
    .filter((row) => row.unchanged === unchanged)
    .flatMap((row) => {
      const found = ground.known.find(
        ({ backup_id }) => backup_id === row.backup_id,
      );
      const gone = found ? goneBefore(ground, row, found) : [];
      return gone.length === 0
        ? []
        : [`Job ${row.job_id} names ${row.backup_id}: ${gone.join(", ")}.`];
    });
}

/** What the backup holds and the project did not any more. */
function goneBefore(
  { facts, state }: Ground,
  { project_id, fixed_at }: JobRow,
  { versions: [version], persist }: Stored,
): string[] {
  if (fixed_at === null) return [];
  const instant = firstInstantOf(fixed_at, state.clocks);
  const left = facts.left[project_id] ?? {};
  const project = facts.projects.find((one) => one.project_id === project_id);
  const parts = [`tree ${version}`];
  if (project?.persist !== "none") {
    persist.forEach((one, at) => parts.push(`${storeParts[at]} ${one}`));
  }
  // A millisecond is as exact as the row.
  return parts
    .filter((part) => (left[part] ?? Infinity) < instant - 1)
    .map((part) => `${part} had left at ${left[part]}, before ${instant}`);
}
