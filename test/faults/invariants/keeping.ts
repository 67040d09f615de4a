/** I7: what retention never takes is there, and people can see it. */

import type { Facts } from "../scenario/facts.js";
import { type Annotation, annotationsOf } from "./annotations.js";
import type { Ground, Invariant, Stored } from "./ground.js";

export const keeping: readonly Invariant[] = [
  {
    id: "I7",
    sentence: "What somebody has pinned or taken back is in the repository.",
    check: ({ facts, stored }) =>
      facts.takenBack
        .filter((id) => !((facts.marks[id]?.project_id ?? "") in facts.deleted))
        .filter((id) => !stored.some(({ backup_id }) => backup_id === id))
        .map((id) => `${id}.`),
  },
  {
    id: "I7",
    sentence: "Retention forgets neither pinned backups nor the newest one.",
    check: (ground) =>
      annotationsOf(ground.session)
        .filter((one) => isByRetention(one, ground.facts))
        .filter((one) => isFirm(one, ground))
        .map(({ backup_id }) => `${backup_id}.`),
  },
];

function isByRetention(
  { project_id, forgotten_at, forgotten_by }: Annotation,
  { deleted }: Facts,
): boolean {
  if (forgotten_at === null || project_id in deleted) return false;
  return forgotten_by === "retention";
}

/** It is pinned, or there is none that is newer, good and not forgotten. */
function isFirm({ backup_id, project_id }: Annotation, ground: Ground) {
  const { facts, known } = ground;
  const found = known.find((one) => one.backup_id === backup_id);
  if (!found) return false;
  if (facts.marks[backup_id]?.pinned === true) return true;
  const newest = lastMade(project_id, ground);
  if (newest !== undefined) return newest === backup_id;
  const newer = known.filter(
    (one) => one.host === project_id && isNewer(one, found),
  );
  return newer.length === 0;
}

/** By the order of the rows: a clock that jumps dates some too late. */
function lastMade(project_id: string, { rows }: Ground): string | undefined {
  const last = rows.findLast(
    (row) =>
      row.project_id === project_id &&
      row.kind === "backup" &&
      row.state === "succeeded",
  );
  return last?.backup_id ?? undefined;
}

function isNewer(one: Stored, other: Stored): boolean {
  if (one.backup_id === other.backup_id) return false;
  return (
    one.time > other.time ||
    (one.time === other.time && one.backup_id > other.backup_id)
  );
}
