/** Which staged tree goes where; nothing of the project is touched yet. */

import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Warning } from "../../../conat-api/index.js";
import type { ProjectPaths } from "../../host.js";
import { copyTree } from "../../source/copy-tree.js";
import { exists, sourceKind } from "../../source/filesystem.js";
import { persistInside } from "../../source/persist.js";
import { isWithin } from "../../source/real-path.js";
import { keptDirectory, stagingDirectory } from "../../work-directory.js";
import type { Tools } from "../task.js";
import { requireParent } from "./staging.js";
import type { Move } from "./swap.js";
import { makeStaging } from "./write.js";

export interface Moves {
  moves: Move[];
  warnings: Warning[];
}

/** `staging` holds `project` and, where the backup has one, `persist`. */
export async function planMoves(
  tools: Tools,
  paths: ProjectPaths,
  job_id: string,
  staging: string,
): Promise<Moves> {
  const staged = join(staging, "project");
  const plan = (place: string, name: string, from: string) =>
    planMove(tools, { place, job_id, name, staged: from });
  const project = await plan(paths.subvolume, "project", staged);
  const persist = join(staging, "persist");
  if (!(await exists(persist))) return { moves: [project], warnings: [] };
  if (paths.persist === undefined) {
    return { moves: [project], warnings: [notPlaced] };
  }
  const inside = persistInside(paths);
  if (inside !== undefined) {
    const placed = await placeInside(persist, staged, inside);
    return { moves: [project], warnings: placed ? [] : [notPlaced] };
  }
  const beside = await besidePersist(tools, paths.persist, job_id, persist);
  const store = await plan(paths.persist, "persist", beside);
  return { moves: [project, store], warnings: [] };
}

const notPlaced: Warning = {
  path: "persist",
  message:
    "this host has no place for the persist store: restore it to a directory",
};

async function planMove(
  { config }: Tools,
  where: { place: string; job_id: string; name: string; staged: string },
): Promise<Move> {
  const { place, job_id, name, staged } = where;
  const kept = join(keptDirectory(config, place, job_id), name);
  return { staged, place, kept, had_old: await exists(place) };
}

/**
 * This host keeps the store in the project's tree; the other did not. false:
 * something is there, or symbolic links of the user's lead out of the tree.
 */
async function placeInside(
  persist: string,
  project: string,
  inside: string,
): Promise<boolean> {
  const target = join(project, inside);
  if (!(await isWithin(target, project)) || (await exists(target))) {
    return false;
  }
  await mkdir(dirname(target), { recursive: true });
  await rename(persist, target);
  return true;
}

/**
 * A rename cannot leave a file system, and a store that was a subvolume
 * should be one again: then it is copied to beside its place first.
 */
async function besidePersist(
  tools: Tools,
  place: string,
  job_id: string,
  restored: string,
): Promise<string> {
  const { btrfs, config, host } = tools;
  await requireParent(place);
  const wasSubvolume = (await sourceKind(place)) === "btrfs";
  const staging = stagingDirectory(config, place, job_id);
  await makeStaging(staging);
  const staged = join(staging, "persist.beside");
  if (wasSubvolume) await btrfs.createSubvolume(staged);
  else if (await renamed(restored, staged)) return staged;
  await copyTree(restored, staged, {
    privileged: host.privileged ?? [],
    environment: config.environment,
  });
  return staged;
}

/** false: another file system. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EXDEV") return false;
    throw error;
  }
}
