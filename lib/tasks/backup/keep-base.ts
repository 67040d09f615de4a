/** The stage of a backup that succeeded becomes the project's base. */

import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { removeTree } from "../../source/remove.js";
import { capturesOf } from "../../source/stage-shape.js";
import type { BaseRow } from "../../store/index.js";
import { baseDirectory } from "../../work-directory.js";
import { removeOldBases } from "../bases.js";
import { projectPaths } from "../project-paths.js";
import type { Outcome, TaskRun, Tools } from "../task.js";
import { digestOf } from "./base.js";
import type { Read, Staged } from "./index.js";
import { persistState } from "./persist.js";

/** undefined: it cannot be one, and its stage is as it was. */
export async function keepAsBase(
  staged: Staged,
  { outcome, walked_at }: Read,
  run: TaskRun,
  tools: Tools,
): Promise<Pick<Outcome, "base" | "afterwards"> | undefined> {
  const { host } = tools;
  try {
    const base = await describe(staged, { outcome, walked_at }, run, tools);
    if (!base) return undefined;
    await move(staged, base.path, tools);
    const afterwards = () => removeOldBases(base, tools);
    return { base, afterwards };
  } catch (error) {
    // The backup is good without it: the next one asks rustic.
    const { job_id } = run.job;
    const facts = { job_id, error: String(error) };
    host.logger.warn("a stage could not be kept as a base", facts);
    return undefined;
  }
}

async function describe(
  { stage, persist, excludes }: Staged,
  { outcome, walked_at }: Read,
  { job: { project_id, job_id } }: TaskRun,
  tools: Tools,
): Promise<BaseRow | undefined> {
  const { config, host, store } = tools;
  const { repository_id, backup_id } = outcome;
  if (!config.bases.enabled || stage.kind !== "btrfs") return undefined;
  if (walked_at === null || !repository_id || !backup_id) {
    return undefined;
  }
  const taken_at = store.jobs.get(job_id)?.fixed_at;
  const state = persistState(persist);
  if (taken_at == null || !state) return undefined;
  const { subvolume } = await projectPaths(tools, project_id);
  const place = { project_id, job_id, subvolume };
  return {
    ...{ project_id, job_id, repository_id, backup_id, taken_at, walked_at },
    path: baseDirectory(host, config, place),
    persist: state,
    excludes: digestOf(excludes),
  };
}

/** A read-only subvolume cannot be moved, but what it lies in can. */
async function move(
  { stage, persist }: Staged,
  path: string,
  { btrfs }: Tools,
): Promise<void> {
  // A copy proves nothing: its manifest does.
  if (persist.kind === "manifest") {
    await removeTree(join(stage.directory, "persist"), btrfs);
  }
  await removeTree(capturesOf(stage.directory), btrfs);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rename(stage.directory, path);
}
