/** Persist stores are in backups, and come back, as their projects do. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { JobRow } from "../../../lib/store/index.js";
import type { Project } from "../scenario/facts.js";
import {
  isHeld,
  isOutside,
  persistIn,
  type PersistVersions,
} from "../scenario/persist.js";
import { livingProjects, pathsOf } from "../scenario/projects.js";
import type { Ground, Invariant } from "./ground.js";
import { inPlace } from "./restores.js";

export const persist: readonly Invariant[] = [
  {
    id: "I1",
    sentence: "A backup has a persist store that its project had.",
    check: ({ facts, rows, known }) =>
      rows
        .filter(({ kind, state }) => kind === "backup" && state === "succeeded")
        .flatMap(({ job_id, project_id, backup_id }) => {
          const project = withStore(facts.projects, project_id);
          const found = known.find((one) => one.backup_id === backup_id);
          if (!project || !found) return [];
          const history = facts.persistHistory[project_id] ?? [];
          return isHeld(project, found.persist, history)
            ? []
            : [`Job ${job_id}: ${shown(found.persist)}.`];
        }),
  },
  {
    id: "I5",
    sentence:
      "The old persist store is kept where a restore in place succeeded, and only there.",
    check: (ground) =>
      inPlace(ground).flatMap(({ row }) => {
        const project = withStore(ground.facts.projects, row.project_id);
        if (!project || !isOutside(project)) return [];
        const kept = keptOf(ground, row);
        const done = row.state === "succeeded";
        if (existsSync(kept) !== done) {
          return [`Job ${row.job_id} ${row.state}: ${kept}.`];
        }
        const history = ground.facts.persistHistory[row.project_id] ?? [];
        return done && !isHeld(project, persistIn(kept), history)
          ? [`${kept} holds ${shown(persistIn(kept))}.`]
          : [];
      }),
  },
  {
    id: "I5",
    sentence:
      "A persist store has what was written last, or what was restored since.",
    check: (ground) =>
      livingProjects(ground.facts).flatMap((project) => {
        const { persist: place } = pathsOf(ground.places, project);
        if (place === undefined) return [];
        const [found, expected] = [
          persistIn(place),
          expectedIn(ground, project),
        ];
        return shown(found) === shown(expected)
          ? []
          : [`${place} holds ${shown(found)}, not ${shown(expected)}.`];
      }),
  },
];

function withStore(
  projects: readonly Project[],
  id: string,
): Project | undefined {
  return projects.find(
    (one) => one.project_id === id && one.persist !== "none",
  );
}

function keptOf({ places }: Ground, { job_id }: JobRow): string {
  return join(places.persist, ".project-backups", "kept", job_id, "persist");
}

function keptInside({ places }: Ground, { job_id }: JobRow): string {
  const kept = join(places.projects, ".project-backups", "kept", job_id);
  return join(kept, "project", ".persist");
}

function expectedIn(
  ground: Ground,
  project: Project,
): PersistVersions | undefined {
  const { facts, known } = ground;
  const { project_id } = project;
  const succeeded = inPlace(ground)
    .map(({ row }) => row)
    .filter((row) => row.project_id === project_id)
    .filter(({ state }) => state === "succeeded");
  const last = facts.persistLast[project_id];
  const kept = isOutside(project) ? keptOf : keptInside;
  const aside = succeeded.map((row) => shown(persistIn(kept(ground, row))));
  if (!aside.includes(shown(last))) return last;
  const backup_id = succeeded.at(-1)?.backup_id;
  return known.find((one) => one.backup_id === backup_id)?.persist;
}

function shown(versions: PersistVersions | undefined): string {
  return versions?.map((version) => version ?? "nothing").join(" and ") ?? "?";
}
