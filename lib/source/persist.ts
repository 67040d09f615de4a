/** Where a project's persist store lies, as the backup sees it. */

import { relative } from "node:path";
import type { ProjectPaths } from "../host.js";
import { sourceKind } from "./filesystem.js";

/** The persist store, where it is not part of the project's own tree. */
export async function persistOutside(
  paths: ProjectPaths,
): Promise<string | undefined> {
  const { persist } = paths;
  if (persist === undefined || persistInside(paths) !== undefined) {
    return undefined;
  }
  return (await sourceKind(persist)) === undefined ? undefined : persist;
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
  const path = relative(subvolume, persist);
  const inside = path !== "" && path !== ".." && !path.startsWith("../");
  return inside ? path : undefined;
}
