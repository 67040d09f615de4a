/** A backup: stage, rustic, clean up; the worker settles the row. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Backup,
  BackupError,
  type Warning,
} from "../../conat-api/index.js";
import type { ProjectPaths } from "../host.js";
import { type BackupResult, excludeGlob } from "../repository/index.js";
import type { Repository } from "../repository/index.js";
import { exists } from "../source/filesystem.js";
import { isWithin } from "../source/real-path.js";
import { openStage, requireSource } from "../source/stage.js";
import { capturesOf, type Stage } from "../source/stage-shape.js";
import { warningsKept } from "../store/index.js";
import { stageDirectory } from "../work-directory.js";
import { finishedAllTheSame } from "./adoption.js";
import { findParent } from "./parent.js";
import { projectPaths } from "./project-paths.js";
import type { Outcome, Task, TaskRun, Tools } from "./task.js";

export const runBackup: Task = async (run, tools) => {
  const { project_id } = run.job;
  const paths = await projectPaths(tools, project_id);
  await refuseOwnFiles(paths, tools);
  const repository = await tools.repositories.resolve(project_id, run.signal);
  const { repository_id } = repository;
  const parent = await findParent(run, tools, repository);
  run.note({
    repository_id,
    ...(parent?.size_bytes ? { bytes_total: parent.size_bytes } : {}),
  });
  const stage = await prepareStage(run, tools, paths);
  try {
    const took = await readStage(run, { stage, repository, parent }, tools);
    return outcome(run, repository_id, took);
  } catch (error) {
    return finishedAllTheSame(run, repository, error as BackupError, tools);
  }
};

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

interface Reading {
  stage: Stage;
  repository: Repository;
  parent: Backup | undefined;
}

interface Took {
  result: BackupResult;
  warnings: Warning[];
  startedAt: number;
  tookMs: number;
}

/** The stage is gone when this returns or throws. */
async function readStage(
  run: TaskRun,
  { stage, repository, parent }: Reading,
  { host, store }: Tools,
): Promise<Took> {
  const startedAt = host.clock.now();
  // Monotonic: the host's clock may jump.
  const started = performance.now();
  const close = async () => {
    await stage.close();
    store.jobs.clearStage(run.job.job_id);
  };
  try {
    const globFile = await writeGlobs(stage);
    run.note({ phase: "reading", in_doubt: true });
    // Last: when anything threw in between, nobody would catch its failure.
    const late = stage.lateWarnings();
    const [result, lateWarnings] = await Promise.all([
      repository.backup(
        {
          directory: stage.cwd,
          source: stage.source,
          project_id: run.job.project_id,
          job_id: run.job.job_id,
          parent: parent?.backup_id,
          globFile,
          onBytes: run.onBytes,
        },
        { signal: run.signal, onGroup: run.onGroup, wrap: stage.wrap },
      ),
      // Knowing less about what is missing does not spoil a backup.
      late.catch((error: unknown) => [unlisted(host.logger.warn, error)]),
    ]);
    const tookMs = Math.round(performance.now() - started);
    run.note({ phase: "settling" });
    const warnings = [
      ...stage.warnings,
      ...lateWarnings,
      ...result.warnings,
      ...(await stage.lastWarnings()),
    ];
    return { result, warnings, startedAt, tookMs };
  } finally {
    await close().catch((error: unknown) => {
      // The row keeps the stage's path: recovery removes it later.
      host.logger.error("a stage could not be removed", {
        job_id: run.job.job_id,
        stage: stage.directory,
        error: String(error),
      });
    });
  }
}

/** A store of thousands of databases has more than a command line can hold. */
async function writeGlobs({
  directory,
  excluded,
}: Stage): Promise<string | undefined> {
  if (excluded.length === 0) return undefined;
  const beside = capturesOf(directory);
  await mkdir(beside, { recursive: true, mode: 0o700 });
  const path = join(beside, "globs");
  await writeFile(
    path,
    excluded.map((name) => `${excludeGlob(name)}\n`),
  );
  return path;
}

function unlisted(
  warn: (message: string, fields?: object) => void,
  error: unknown,
): Warning {
  warn("what is missing could not be listed", { error: String(error) });
  return {
    path: "project",
    message:
      "nested subvolumes and mounts could not be listed: some may be missing",
  };
}

function outcome(
  { job }: TaskRun,
  repository_id: string,
  { result, warnings, startedAt, tookMs }: Took,
): Outcome {
  const { backup_id, bytes_processed, bytes_added, files } = result;
  return {
    repository_id,
    backup_id,
    bytes_processed,
    bytes_added,
    files,
    warnings,
    backup: {
      backup_id,
      repository_id,
      project_id: job.project_id,
      time: startedAt,
      size_bytes: bytes_processed,
      added_bytes: bytes_added,
      files,
      duration_ms: tookMs,
      trigger: job.trigger,
      requested_by: job.requested_by,
      warnings_count: warnings.length,
      warnings: warnings.slice(0, warningsKept),
    },
  };
}
