/**
 * A whole project into its place: written beside it where nobody can enter,
 * then swapped in while the project is stopped. The old tree is kept aside.
 */

import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BackupError } from "../../../conat-api/index.js";
import type { ProjectPaths } from "../../host.js";
import { exists, isBtrfs, sourceKind } from "../../source/filesystem.js";
import { persistInside } from "../../source/persist.js";
import { copyTree } from "../../source/copy-tree.js";
import { removeTree } from "../../source/remove.js";
import {
  keptDirectory,
  stagingDirectory,
  workDirectory,
} from "../../work-directory.js";
import { projectPaths } from "../project-paths.js";
import type { Outcome, TaskRun, Tools } from "../task.js";
import { type Move, swap } from "./swap.js";
import {
  makeStaging,
  type RestoreSource,
  restoreOutcome,
  writeBackup,
} from "./write.js";

export async function restoreInPlace(
  run: TaskRun,
  tools: Tools,
  source: RestoreSource,
): Promise<Outcome> {
  const { config, host, store } = tools;
  const { job_id, project_id } = run.job;
  const paths = await projectPaths(tools, project_id);
  const staging = stagingDirectory(config, paths.subvolume, job_id);
  run.note({ stage: staging });
  try {
    await prepareStaging(tools, paths, staging);
    const result = await writeBackup(run, source, staging);
    const moves = await planMoves(run, tools, paths, staging);
    run.signal.throwIfAborted();
    run.note({ phase: "stopping" });
    await host.projects.withStopped(project_id, async () => {
      run.signal.throwIfAborted();
      await swapIn(run, paths, moves, tools);
    });
    await host.replaced?.(project_id);
    run.note({ phase: "settling" });
    return restoreOutcome(source, result);
  } finally {
    await removeStaging(tools, paths, job_id);
    store.jobs.clearStage(job_id);
  }
}

/** Beside the project, and beside a persist store elsewhere. */
export async function removeStaging(
  { config, btrfs }: Pick<Tools, "config" | "btrfs">,
  { subvolume, persist = subvolume }: ProjectPaths,
  job_id: string,
): Promise<void> {
  for (const place of new Set([subvolume, persist])) {
    await removeTree(stagingDirectory(config, place, job_id), btrfs);
  }
}

/** A subvolume becomes a subvolume again; a plain directory stays one. */
async function prepareStaging(
  { config, btrfs }: Tools,
  { subvolume }: ProjectPaths,
  staging: string,
): Promise<void> {
  await requireParent(subvolume);
  await mkdir(workDirectory(config, subvolume), {
    recursive: true,
    mode: 0o700,
  });
  await makeStaging(staging);
  const before = await sourceKind(subvolume);
  const asSubvolume =
    before === "btrfs" || (before === undefined && (await isBtrfs(staging)));
  if (asSubvolume) await btrfs.createSubvolume(join(staging, "project"));
}

async function requireParent(place: string): Promise<void> {
  if ((await sourceKind(dirname(place))) !== undefined) return;
  throw new BackupError(
    "NOT_FOUND",
    `The directory ${dirname(place)} that projects live in is not there.`,
    { hint: "Check that its file system is mounted." },
  );
}

/** Which staged tree goes where; nothing of the project is touched yet. */
async function planMoves(
  { job }: TaskRun,
  tools: Tools,
  paths: ProjectPaths,
  staging: string,
): Promise<Move[]> {
  const { job_id } = job;
  const project = await planMove(tools, paths.subvolume, job_id, {
    name: "project",
    staged: join(staging, "project"),
  });
  const persist = join(staging, "persist");
  if (!(await exists(persist)) || paths.persist === undefined) return [project];
  const inside = await persistInside(paths);
  if (inside !== undefined) {
    // This host keeps the store in the project's tree; the other did not.
    await placeInside(persist, join(project.staged, inside));
    return [project];
  }
  const staged = await besidePersist(tools, paths.persist, job_id, persist);
  const move = { name: "persist", staged };
  return [project, await planMove(tools, paths.persist, job_id, move)];
}

async function planMove(
  { config }: Tools,
  place: string,
  job_id: string,
  { name, staged }: { name: string; staged: string },
): Promise<Move> {
  const kept = join(keptDirectory(config, place, job_id), name);
  return { staged, place, kept, had_old: await exists(place) };
}

async function placeInside(persist: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await rename(persist, target);
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

/** The journal is on the disk before the first rename. */
async function swapIn(
  run: TaskRun,
  { subvolume }: ProjectPaths,
  moves: readonly Move[],
  { config }: Tools,
): Promise<void> {
  const keeping = moves.filter(({ had_old }) => had_old);
  for (const { kept } of keeping) {
    await mkdir(dirname(kept), { recursive: true, mode: 0o700 });
  }
  const kept = keptDirectory(config, subvolume, run.job.job_id);
  run.note({
    phase: "swapping",
    journal: JSON.stringify(moves),
    kept_at: keeping.length > 0 ? kept : null,
  });
  try {
    await swap(moves);
  } catch (error) {
    // Undone: the old tree is in its place, nothing is kept.
    run.note({ journal: null, kept_at: null });
    throw error;
  }
}
