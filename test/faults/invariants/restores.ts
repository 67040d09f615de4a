/** I5: after a restore the old tree or the new one, whole, and the row knows. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { JobRow } from "../../../lib/store/index.js";
import { livingProjects, versionsIn } from "../scenario/projects.js";
import type { Places } from "../world/state.js";
import type { Ground, Invariant } from "./ground.js";

export const restores: readonly Invariant[] = [
  {
    id: "I5",
    sentence: "A project's tree is whole.",
    check: ({ facts, places }) =>
      livingProjects(facts)
        .map(({ project_id }) => join(places.projects, project_id))
        .filter((tree) => !isWhole(tree))
        .map((tree) => `${tree} holds ${versionsIn(tree).join(", ")}.`),
  },
  {
    id: "I5",
    sentence:
      "The old tree is kept where a restore in place succeeded, and only there.",
    check: (ground) =>
      inPlace(ground).flatMap(({ row }) => {
        const kept = keptOf(ground.places, row);
        const done = row.state === "succeeded";
        if (existsSync(kept) !== done) {
          return [`Job ${row.job_id} ${row.state}: ${kept}.`];
        }
        return done && !isWhole(kept) ? [`${kept} is a mix.`] : [];
      }),
  },
  {
    id: "I5",
    sentence:
      "A project has what was written last, or what was restored since.",
    check: (ground) =>
      livingProjects(ground.facts).flatMap(({ project_id }) => {
        const place = join(ground.places.projects, project_id);
        const [version] = versionsIn(place);
        const allowed = expectedVersions(ground, project_id);
        return allowed.includes(version)
          ? []
          : [`${place} holds ${version}, not ${allowed.join(" or ")}.`];
      }),
  },
  {
    id: "I5",
    sentence: "A restored directory is there or not, as its row says.",
    check: (ground) =>
      ended(ground).flatMap(({ path, row }) => {
        if (path === undefined) return [];
        const done = row.state === "succeeded";
        return existsSync(join(path, "project")) === done
          ? []
          : [`Job ${row.job_id} ${row.state}: ${path}.`];
      }),
  },
];

function isWhole(tree: string): boolean {
  const versions = versionsIn(tree);
  return versions.length === 1 && versions[0] !== undefined;
}

export interface Ended {
  /** undefined: in place. */
  path: string | undefined;
  row: JobRow;
}

/** Restores that nobody has looked at yet, oldest first. */
export function ended({ facts, rows }: Ground): Ended[] {
  return rows
    .filter(({ kind, job_id }) => {
      return kind === "restore" && !facts.seenRestores.includes(job_id);
    })
    .map((row) => ({ row, path: targetOf(row) }));
}

function targetOf({ target }: JobRow): string | undefined {
  const parsed = JSON.parse(target ?? "{}") as { path?: string };
  return parsed.path;
}

export function inPlace(ground: Ground): Ended[] {
  return ended(ground).filter(({ path }) => path === undefined);
}

function keptOf({ projects }: Places, { job_id }: JobRow): string {
  return join(projects, ".project-backups", "kept", job_id, "project");
}

/**
 * What somebody wrote last is in the place, or was taken aside by a restore
 * that succeeded later: then what the newest one restored is there.
 */
function expectedVersions(
  ground: Ground,
  project_id: string,
): (number | undefined)[] {
  const { facts, known, places } = ground;
  const succeeded = inPlace(ground)
    .map(({ row }) => row)
    .filter((row) => row.project_id === project_id)
    .filter(({ state }) => state === "succeeded");
  const last = facts.last[project_id];
  const aside = succeeded.flatMap((row) => versionsIn(keptOf(places, row)));
  if (!aside.includes(last)) return [last];
  const backup_id = succeeded.at(-1)?.backup_id;
  return known.find((one) => one.backup_id === backup_id)?.versions ?? [];
}
