/** The paths of a project on this host, from the port. */

import { BackupError } from "../../conat-api/index.js";
import type { ProjectHost, ProjectPaths } from "../host.js";

type Needs = { host: Pick<ProjectHost, "projects"> };

/** @throws BackupError NOT_FOUND */
export async function projectPaths(
  { host }: Needs,
  project_id: string,
): Promise<ProjectPaths> {
  const paths = await host.projects.paths(project_id);
  if (paths) return paths;
  throw new BackupError("NOT_FOUND", "There is no such project on this host.");
}

/** Beside these a host puts what it stages. */
export function placesOf({ subvolume, persist }: ProjectPaths): string[] {
  return persist === undefined ? [subvolume] : [subvolume, persist];
}

/** Of all projects that live here. */
export async function allPlaces(
  { host: { projects } }: Needs,
  signal?: AbortSignal,
): Promise<Set<string>> {
  const places: string[] = [];
  for (const { project_id } of await projects.list({})) {
    if (signal?.aborted) break;
    const paths = await projects.paths(project_id);
    if (paths) places.push(...placesOf(paths));
  }
  return new Set(places);
}
