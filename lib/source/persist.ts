/** Where a project's persist store lies, as the backup sees it. */

import { realpath } from "node:fs/promises";
import { relative } from "node:path";
import type { ProjectPaths } from "../host.js";
import { ifAbsent, sourceKind } from "./filesystem.js";
import { mountOf } from "./mounts.js";

export interface PersistPlace {
  /** The store's directory, symbolic links followed. */
  store: string;
  /** Its path in the project's tree; undefined: it is no part of it. */
  inside?: string;
}

/**
 * undefined: there is none, or symbolic links of the user's lead out of the
 * project to something that could be another project's. A link that the host
 * names outside of the project is the host's own and is followed.
 */
export async function placeOfPersist(
  paths: ProjectPaths,
): Promise<PersistPlace | undefined> {
  if (paths.persist === undefined) return undefined;
  const [store, project] = await Promise.all([
    realpath(paths.persist).catch(ifNowhere),
    realpath(paths.subvolume),
  ]);
  if (store === undefined || !(await sourceKind(store))) return undefined;
  const inside = pathBelow(project, store);
  if (inside !== undefined) return { store, inside };
  return persistInside(paths) === undefined ? { store } : undefined;
}

/**
 * A store that is mounted into the project is no part of its tree: neither a
 * snapshot nor a bind mount shows what is mounted below.
 */
export async function placeInStage(
  paths: ProjectPaths,
): Promise<PersistPlace | undefined> {
  const place = await placeOfPersist(paths);
  if (place?.inside === undefined) return place;
  const { store } = place;
  const project = await realpath(paths.subvolume);
  return pathBelow(project, await mountOf(store)) ? { store } : place;
}

/** For catch: a link to nothing, or to itself, is no store. */
function ifNowhere(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ELOOP") ifAbsent(error);
}

/** The persist store, where it is staged beside the project's own tree. */
export async function persistOutside(
  paths: ProjectPaths,
): Promise<string | undefined> {
  const place = await placeInStage(paths);
  return place?.inside === undefined ? place?.store : undefined;
}

/**
 * The persist store's path relative to the project's tree, where it lies in
 * it; it need not exist. By the names that the host gives alone: symbolic
 * links inside the tree are the user's, and could make another project's
 * store look like this one's.
 */
export function persistInside({
  subvolume,
  persist,
}: ProjectPaths): string | undefined {
  if (persist === undefined) return undefined;
  return pathBelow(subvolume, persist) || undefined;
}

/** "" for the directory itself, undefined for what is not in it. */
function pathBelow(directory: string, path: string): string | undefined {
  const below = relative(directory, path);
  return below === ".." || below.startsWith("../") ? undefined : below;
}
