/** rustic reads the stage, and what it made becomes the job's outcome. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BackupError, Warning } from "../../../conat-api/index.js";
import { type BackupResult, excludeGlob } from "../../repository/index.js";
import { excludeGlobs } from "../../source/excludes.js";
import { capturesOf } from "../../source/stage-shape.js";
import { warningsKept } from "../../store/index.js";
import { finishedAllTheSame } from "../adoption.js";
import type { Outcome, TaskRun, Tools } from "../task.js";
import type { Read, Staged } from "./index.js";
import type { Target } from "./target.js";

type Reading = Staged & Target;

export async function readStage(
  run: TaskRun,
  reading: Reading,
  tools: Tools,
): Promise<Read> {
  const walked_at = tools.host.clock.now();
  try {
    const took = await runRustic(run, reading, tools);
    const outcome = outcomeOf(run, reading, took);
    // What it could not read may be readable the next time.
    const isWhole = took.result.warnings.length === 0;
    return { outcome, walked_at: isWhole ? walked_at : null };
  } catch (error) {
    const { repository } = reading;
    const failure = error as BackupError;
    const outcome = await finishedAllTheSame(run, repository, failure, tools);
    return { outcome, walked_at: null };
  }
}

interface Took {
  result: BackupResult;
  warnings: Warning[];
  startedAt: number;
  tookMs: number;
}

async function runRustic(
  run: TaskRun,
  { stage, repository, parent, excludes }: Reading,
  { host, store }: Tools,
): Promise<Took> {
  const { project_id, job_id, trigger } = run.job;
  const startedAt = host.clock.now();
  // Monotonic: the host's clock may jump.
  const started = performance.now();
  const globFile = await writeGlobs(stage, excludes);
  // Whoever has joined since has made it theirs.
  const origin = store.jobs.get(job_id)?.origin ?? trigger;
  run.note({ phase: "reading", in_doubt: true });
  // Beside rustic, and after it: a program that starts holds up the next.
  let late: Promise<Warning[]> | undefined;
  const lateWarnings = () =>
    // Knowing less about what is missing does not spoil a backup.
    (late ??= stage
      .lateWarnings()
      .catch((error: unknown) => [unlisted(host.logger.warn, error)]));
  const onGroup: TaskRun["onGroup"] = (group) => {
    run.onGroup(group);
    if (group) void lateWarnings();
  };
  const result = await repository
    .backup(
      {
        ...{ project_id, job_id, globFile, parent: parent?.backup_id },
        directory: stage.cwd,
        source: stage.source,
        tags: [`trigger=${origin}`],
        onBytes: run.onBytes,
      },
      { signal: run.signal, onGroup, wrap: stage.wrap },
    )
    // No command runs on when this returns.
    .finally(() => late);
  const tookMs = Math.round(performance.now() - started);
  run.note({ phase: "settling" });
  const warnings = [
    ...stage.warnings,
    ...(await lateWarnings()),
    ...result.warnings,
    ...(await stage.lastWarnings()),
  ];
  return { result, warnings, startedAt, tookMs };
}

/** A store of thousands of databases has more than a command line can hold. */
async function writeGlobs(
  { directory, excluded }: Staged["stage"],
  excludes: readonly string[],
): Promise<string | undefined> {
  const globs = [...excludeGlobs(excludes), ...excluded.map(excludeGlob)];
  if (globs.length === 0) return undefined;
  const beside = capturesOf(directory);
  await mkdir(beside, { recursive: true, mode: 0o700 });
  const path = join(beside, "globs");
  await writeFile(path, globs.map((glob) => `${glob}\n`).join(""));
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

function outcomeOf(
  { job }: TaskRun,
  { repository: { repository_id } }: Reading,
  { result, warnings, startedAt, tookMs }: Took,
): Outcome {
  const { backup_id, bytes_processed, bytes_added, files } = result;
  const facts = { repository_id, backup_id, bytes_processed, files, warnings };
  if (result.unchanged) return { ...facts, unchanged: true };
  return {
    ...facts,
    bytes_added,
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
