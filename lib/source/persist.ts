/** Where a project's persist store lies, as the backup sees it. */

import { relative } from "node:path";
import type { ProjectPaths } from "../host.js";
import { sourceKind } from "./filesystem.js";
import { eventualPath } from "./real-path.js";

/** The persist store, where it is not part of the project's own tree. */
export async function persistOutside(
  paths: ProjectPaths,
): Promise<string | undefined> {
  if (paths.persist === undefined) return undefined;
  if ((await sourceKind(paths.persist)) === undefined) return undefined;
  return (await persistInside(paths)) === undefined ? paths.persist : undefined;
}

/**
 * The persist store's path relative to the project's tree, where it lies in
 * it. It need not exist.
 */
export async function persistInside({
  subvolume,
  persist,
}: ProjectPaths): Promise<string | undefined> {
  if (persist === undefined) return undefined;
  const path = relative(
    await eventualPath(subvolume),
    await eventualPath(persist),
  );
  const inside = path !== "" && path !== ".." && !path.startsWith("../");
  return inside ? path : undefined;
}
