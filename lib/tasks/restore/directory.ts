/**
 * A restore into a new directory of the host: `project` and, where the
 * backup has one, `persist` inside it. It appears whole or not at all.
 */

import { lstat, readdir, realpath, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BackupError } from "../../../conat-api/index.js";
import type { Config } from "../../config.js";
import { ifAbsent } from "../../source/filesystem.js";
import { removeTree } from "../../source/remove.js";
import type { Outcome, TaskRun, Tools } from "../task.js";
import { beginSwap } from "./begin-swap.js";
import { syncFileSystem, syncNames } from "./sync.js";
import {
  makeStaging,
  type RestoreSource,
  restoreOutcome,
  writeBackup,
} from "./write.js";

export async function restoreToDirectory(
  run: TaskRun,
  tools: Tools,
  source: RestoreSource,
  path: string,
): Promise<Outcome> {
  const { config } = tools;
  await requireFreeTarget(config, path);
  const { job_id } = run.job;
  const staging = join(dirname(path), `.${basename(path)}.${job_id}`);
  run.note({ stage: staging });
  try {
    await makeStaging(staging);
    const result = await writeBackup(run, source, staging);
    await syncFileSystem(staging, run, tools);
    await moveIn(run, tools, staging, path);
    return restoreOutcome(source, result);
  } finally {
    await tidy(run, staging, path, tools);
  }
}

/** The journal tells whoever finds the job dead whether this happened. */
async function moveIn(
  run: TaskRun,
  tools: Tools,
  staged: string,
  place: string,
): Promise<void> {
  run.signal.throwIfAborted();
  beginSwap(run, tools, [{ staged, place, kept: "", had_old: false }]);
  try {
    // Replaces an empty directory, and nothing else.
    await rename(staged, place);
  } catch (error) {
    run.note({ journal: null });
    throw error;
  }
  run.note({ phase: "settling" });
}

/** What cannot be done now stays in the row: recovery does it. */
async function tidy(
  { job: { job_id } }: TaskRun,
  staging: string,
  path: string,
  { btrfs, store, host }: Tools,
): Promise<void> {
  try {
    await syncNames([path]);
    await removeTree(staging, btrfs);
    store.jobs.clearStage(job_id);
  } catch (error) {
    host.logger.error("a restore's staging could not be removed", {
      job_id,
      error: String(error),
    });
  }
}

/**
 * @throws BackupError NOT_FOUND when its parent is missing, PERMISSION_DENIED
 * outside of the configured directories, CONFLICT when something is there.
 */
export async function requireFreeTarget(
  { restore }: Config,
  path: string,
): Promise<void> {
  const parent = await realpath(dirname(path)).catch(ifAbsent);
  if (parent === undefined) {
    throw new BackupError("NOT_FOUND", `${dirname(path)} does not exist.`, {
      hint: "Make it first.",
    });
  }
  if (!(await isBelowAny(restore.directories, parent))) {
    throw new BackupError(
      "PERMISSION_DENIED",
      `${path} is not below a directory that the configuration allows restores to.`,
      { hint: "Add its parent to restore.directories." },
    );
  }
  const names = await namesIn(path);
  if (names.length === 0) return;
  throw new BackupError("CONFLICT", `${path} exists and is not empty.`, {
    hint: "Name a new directory.",
  });
}

/** Both sides are real paths: symbolic links cannot lead out. */
async function isBelowAny(
  directories: readonly string[],
  parent: string,
): Promise<boolean> {
  for (const directory of directories) {
    const allowed = await realpath(directory).catch(ifAbsent);
    if (allowed === undefined) continue;
    const below = allowed.endsWith("/") ? allowed : `${allowed}/`;
    if (parent === allowed || parent.startsWith(below)) return true;
  }
  return false;
}

/** Anything but a directory counts as something, a symbolic link too. */
async function namesIn(path: string): Promise<string[]> {
  const stats = await lstat(path).catch(ifAbsent);
  if (!stats) return [];
  return stats.isDirectory() ? readdir(path) : [basename(path)];
}
