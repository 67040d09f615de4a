/**
 * A backup: stage, compare with the base, rustic where something changed; the
 * worker settles the row.
 */

import { BackupError } from "../../../conat-api/index.js";
import type { ProjectPaths } from "../../host.js";
import { exists } from "../../source/filesystem.js";
import { isWithin } from "../../source/real-path.js";
import { openStage, requireSource } from "../../source/stage.js";
import { capturesOf, type Stage } from "../../source/stage-shape.js";
import { stageDirectory } from "../../work-directory.js";
import { projectPaths } from "../project-paths.js";
import type { Outcome, Task, TaskRun, Tools } from "../task.js";
import { type Base, findBase, isUnchanged } from "./base.js";
import { keepAsBase } from "./keep-base.js";
import { type Persist, persistBefore } from "./persist.js";
import { policyOf } from "../policy.js";
import { readStage } from "./read-stage.js";
import { openTarget } from "./target.js";

export const runBackup: Task = async (run, tools) => {
  const paths = await projectPaths(tools, run.job.project_id);
  await refuseOwnFiles(paths, tools);
  const { excludes } = policyOf(run.job.project_id, tools);
  const base = findBase(run.job.project_id, excludes, tools);
  // Before the stage: a repository that cannot be opened costs no snapshot.
  const target = base ? undefined : await openTarget(run, tools);
  const persist = await persistBefore(paths, run.signal);
  const stage = await prepareStage(run, tools, paths);
  const staged = { stage, persist, excludes };
  return closing(staged, run, tools, async () => {
    if (base && (await isUnchanged(staged, base, run, tools))) {
      return sameAs(base, tools);
    }
    const into = target ?? (await openTarget(run, tools));
    return readStage(run, { ...staged, ...into }, tools);
  });
};

export interface Staged {
  stage: Stage;
  /** As it was before it was staged. */
  persist: Persist;
  excludes: readonly string[];
}

/** Neither rustic nor the repository was asked. */
function sameAs({ row, walked_at }: Base, { store }: Tools): Read {
  const { repository_id, backup_id } = row;
  const backup = store.backups.find(repository_id, backup_id);
  const warnings = backup?.warnings ?? [];
  const outcome = { repository_id, backup_id, unchanged: true, warnings };
  return { outcome, walked_at };
}

export interface Read {
  outcome: Outcome;
  /** When rustic last walked; null: its stage may not equal the backup. */
  walked_at: number | null;
}

/**
 * The stage becomes the project's base, or is gone, when this returns or
 * throws; what the base replaces goes once the row says so.
 */
async function closing(
  staged: Staged,
  run: TaskRun,
  tools: Tools,
  read: () => Promise<Read>,
): Promise<Outcome> {
  const { job_id } = run.job;
  let kept: Awaited<ReturnType<typeof keepAsBase>>;
  try {
    const { outcome, walked_at } = await read();
    kept = await keepAsBase(staged, { outcome, walked_at }, run, tools);
    return kept ? { ...outcome, ...kept } : outcome;
  } finally {
    await (kept ? Promise.resolve() : staged.stage.close())
      .then(() => tools.store.jobs.clearStage(job_id))
      .catch((error: unknown) => {
        // The row keeps the stage's path: recovery removes it later.
        tools.host.logger.error("a stage could not be removed", {
          job_id,
          stage: staged.stage.directory,
          error: String(error),
        });
      });
  }
}

/**
 * Our keys and rows would end up in the backup, and a repository in the
 * project would back itself up for ever.
 */
async function refuseOwnFiles(
  { subvolume }: ProjectPaths,
  { host, config }: Tools,
): Promise<void> {
  const { repository } = config;
  const own = [host.dataDir];
  if (repository.kind === "local") own.push(repository.path);
  for (const path of own) {
    if (!(await isWithin(path, subvolume))) continue;
    throw new BackupError(
      "INVALID_ARGUMENT",
      `${path} lies inside the project that it should protect.`,
      { hint: "Move it out of the project." },
    );
  }
}

async function prepareStage(
  run: TaskRun,
  { host, config, btrfs, captureDatabases, store }: Tools,
  paths: ProjectPaths,
): Promise<Stage> {
  const { job_id } = run.job;
  const kind = await requireSource(paths);
  const { subvolume } = paths;
  const directory = stageDirectory(host, config, { job_id, subvolume, kind });
  // Before the snapshot exists: who asks from now on gets a new job.
  run.note({
    phase: "staging",
    fixed_at: host.clock.now(),
    stage: directory,
    source: kind,
  });
  return openStage({
    directory,
    paths,
    kind,
    btrfs,
    privileged: host.privileged ?? [],
    environment: config.environment,
    captureDatabases,
    signal: run.signal,
    onGroup: run.onGroup,
    idleTimeoutMs: config.limits.idle_timeout_seconds * 1000,
  }).catch(async (error: unknown) => {
    // Else the row keeps its path: recovery removes it later.
    if (!(await isThere(directory))) store.jobs.clearStage(job_id);
    throw error;
  });
}

async function isThere(stage: string): Promise<boolean> {
  return (await exists(stage)) || (await exists(capturesOf(stage)));
}
