/** After some days in peace nothing that was due is undone. */

import type { Project } from "../scenario/facts.js";
import { persistIn } from "../scenario/persist.js";
import { livingProjects, pathsOf, versionsIn } from "../scenario/projects.js";
import { annotationsOf } from "./annotations.js";
import type { Ground, Invariant } from "./ground.js";
import { reader, unprovenOf } from "./upkeep.js";

export const days: readonly Invariant[] = [
  {
    id: "liveness",
    sentence: "What a project has is in its newest backup.",
    check: (ground) =>
      livingProjects(ground.facts)
        .filter((project) => isEnabled(ground, project))
        .filter((project) => !isProtected(ground, project))
        .map(({ project_id }) => `${project_id}.`),
  },
  {
    id: "liveness",
    sentence: "No backup is unproven for ever, and all can be restored.",
    check: (ground) => [
      ...unprovenOf(ground).map((id) => `${id} is unproven.`),
      ...ground.stored
        .filter((one) => !reader(ground.places)(one))
        .map(({ backup_id }) => `${backup_id} cannot be read.`),
    ],
  },
  {
    id: "liveness",
    sentence: "What was forgotten long ago has left the repository.",
    check: ({ session, stored, facts }) => {
      const before = session.world.timers.wall() - 2 * dayMs;
      return annotationsOf(session)
        .filter(({ forgotten_at }) => (forgotten_at ?? Infinity) < before)
        .filter((one) => one.pinned === 0 || one.project_id in facts.deleted)
        .filter(({ backup_id }) =>
          stored.some((one) => one.backup_id === backup_id),
        )
        .map(({ backup_id }) => `${backup_id}.`);
    },
  },
  {
    id: "liveness",
    sentence: "What was annotated is written down.",
    check: ({ session }) =>
      session
        .select<{ project_id: string }>(
          `SELECT project_id FROM projects WHERE annotated_at IS NOT NULL
           AND (written_at IS NULL OR written_at < annotated_at)`,
        )
        .map(({ project_id }) => `${project_id}.`),
  },
];

const dayMs = 24 * 3_600_000;

function isEnabled({ session }: Ground, { project_id }: Project): boolean {
  const [row] = session.select<{ policy: string | null }>(
    `SELECT policy FROM projects WHERE project_id = '${project_id}'`,
  );
  const policy = JSON.parse(row?.policy ?? "null") as {
    enabled: boolean;
  } | null;
  return policy?.enabled ?? true;
}

function isProtected(ground: Ground, project: Project): boolean {
  const { rows, known, places } = ground;
  const { subvolume, persist } = pathsOf(places, project);
  const newest = rows.findLast(
    ({ kind, state, project_id }) =>
      project_id === project.project_id &&
      kind === "backup" &&
      state === "succeeded",
  );
  const backup = known.find((one) => one.backup_id === newest?.backup_id);
  if (!backup || `${backup.versions}` !== `${versionsIn(subvolume)}`) {
    return false;
  }
  return !persist || `${backup.persist}` === `${persistIn(persist)}`;
}
