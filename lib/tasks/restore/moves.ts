/** Which staged tree goes where; nothing of the project is touched yet. */

import { chown, lstat, mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Warning } from "../../../conat-api/index.js";
import type { ProjectPaths } from "../../host.js";
import { copyTree } from "../../source/copy-tree.js";
import { exists, ifAbsent, sourceKind } from "../../source/filesystem.js";
import { persistInside } from "../../source/persist.js";
import { keptDirectory, stagingDirectory } from "../../work-directory.js";
import type { TaskRun, Tools } from "../task.js";
import { requireParent } from "./staging.js";
import type { Move } from "./swap.js";
import { makeStaging } from "./write.js";

export interface Moves {
  moves: Move[];
  warnings: Warning[];
}

/** `staging` holds `project` and, where the backup has one, `persist`. */
export async function planMoves(
  run: TaskRun,
  tools: Tools,
  paths: ProjectPaths,
  staging: string,
): Promise<Moves> {
  const { job_id } = run.job;
  const staged = join(staging, "project");
  const plan = (place: string, name: string, from: string) =>
    planMove(tools, { place, job_id, name, staged: from });
  const project = await plan(paths.subvolume, "project", staged);
  const only = (...warnings: Warning[]) => ({ moves: [project], warnings });

  const restored = join(staging, "persist");
  const inside = persistInside(paths);
  if (!(await exists(restored))) {
    const stays = paths.persist !== undefined && inside === undefined;
    return stays && (await exists(paths.persist ?? ""))
      ? only(leftAlone)
      : only();
  }
  if (paths.persist === undefined) return only(notPlaced);
  if (inside !== undefined) {
    const placed = await placeInside(restored, staged, inside);
    return placed ? only() : only(notPlaced);
  }
  const beside = await besidePersist(run, tools, paths.persist, restored);
  const store = await plan(paths.persist, "persist", beside);
  return { moves: [project, store], warnings: [] };
}

const notPlaced: Warning = {
  path: "persist",
  message:
    "this host has no place for the persist store: restore it to a directory",
};

const leftAlone: Warning = {
  path: "persist",
  message:
    "the backup has no persist store outside the project: the one on this host was left as it is",
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
 * something is there, or symbolic links of the user's lead elsewhere.
 */
async function placeInside(
  persist: string,
  project: string,
  inside: string,
): Promise<boolean> {
  const target = join(project, inside);
  const folders = dirname(inside).split("/");
  if (await exists(target)) return false;
  const { uid, gid } = await lstat(project);
  let folder = project;
  for (const name of folders.filter((part) => part !== ".")) {
    folder = join(folder, name);
    const found = await lstat(folder).catch(ifAbsent);
    if (found && !found.isDirectory()) return false;
    if (found) continue;
    await mkdir(folder);
    await chown(folder, uid, gid);
  }
  await rename(persist, target);
  return true;
}

/**
 * A rename cannot leave a file system, and a store that was a subvolume
 * should be one again: then it is copied to beside its place first.
 */
async function besidePersist(
  run: TaskRun,
  { btrfs, config, host }: Tools,
  place: string,
  restored: string,
): Promise<string> {
  await requireParent(place);
  const wasSubvolume = (await sourceKind(place)) === "btrfs";
  const staging = stagingDirectory(host, config, place, run.job.job_id);
  run.note({ stage_beside: staging });
  await makeStaging(staging);
  const staged = join(staging, "persist.beside");
  if (wasSubvolume) await btrfs.createSubvolume(staged);
  else if (await renamed(restored, staged)) return staged;
  await copyTree(restored, staged, {
    privileged: host.privileged ?? [],
    environment: config.environment,
    signal: run.signal,
    onGroup: run.onGroup,
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
