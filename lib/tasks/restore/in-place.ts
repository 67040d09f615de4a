/**
 * A whole project into its place: written beside it where nobody can enter,
 * then swapped in while the project is stopped. The old tree is kept aside.
 */

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Warning } from "../../../conat-api/index.js";
import type { ProjectPaths } from "../../host.js";
import { keptDirectory, stagingDirectory } from "../../work-directory.js";
import { projectPaths } from "../project-paths.js";
import type { Outcome, TaskRun, Tools } from "../task.js";
import { type Moves, planMoves } from "./moves.js";
import { prepareStaging, removeStaging } from "./staging.js";
import { type Move, settleSwap, swap } from "./swap.js";
import { syncFileSystem, syncNames } from "./sync.js";
import { type RestoreSource, restoreOutcome, writeBackup } from "./write.js";

export async function restoreInPlace(
  run: TaskRun,
  tools: Tools,
  source: RestoreSource,
): Promise<Outcome> {
  const { job_id, project_id } = run.job;
  const paths = await projectPaths(tools, project_id);
  const staging = stagingDirectory(tools.config, paths.subvolume, job_id);
  run.note({ stage: staging });
  try {
    await prepareStaging(tools, paths, staging);
    const result = await writeBackup(run, source, staging);
    const planned = await planMoves(tools, paths, job_id, staging);
    await syncFileSystem(staging, tools);
    const afterwards = await stopAndSwap(run, tools, paths, planned);
    run.note({ phase: "settling" });
    const warnings = [...result.warnings, ...planned.warnings, ...afterwards];
    return restoreOutcome(source, { ...result, warnings });
  } finally {
    await tidy(run, tools, paths);
  }
}

/**
 * Once the new tree is in its place the restore has succeeded: what the host
 * fails to do afterwards is a warning.
 */
async function stopAndSwap(
  run: TaskRun,
  tools: Tools,
  paths: ProjectPaths,
  { moves }: Moves,
): Promise<Warning[]> {
  const { host } = tools;
  const { project_id } = run.job;
  let swapped = false;
  try {
    run.signal.throwIfAborted();
    run.note({ phase: "stopping" });
    await host.projects.withStopped(project_id, async () => {
      run.signal.throwIfAborted();
      await swapIn(run, tools, paths, moves);
      swapped = true;
    });
    await host.replaced?.(project_id);
    return [];
  } catch (error) {
    if (!swapped) throw error;
    const failed = "after the restore the host could not do all it should";
    host.logger.error(failed, { project_id, error: String(error) });
    return [{ message: `${failed}; its log has the reason` }];
  }
}

/** The journal is on the disk before the first rename. */
async function swapIn(
  run: TaskRun,
  { config }: Tools,
  { subvolume }: ProjectPaths,
  moves: readonly Move[],
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
    // Usually undone by now; where even that failed, it is finished or
    // undone here, or throws with the journal left in the row.
    if ((await settleSwap(moves)) === "old") {
      run.note({ journal: null, kept_at: null });
      throw error;
    }
  }
  await syncNames(
    moves.flatMap(({ place, kept: old, had_old }) =>
      had_old ? [place, old] : [place],
    ),
  );
}

/** What cannot be removed now stays in the row: recovery removes it. */
async function tidy(
  run: TaskRun,
  tools: Tools,
  paths: ProjectPaths,
): Promise<void> {
  const { job_id } = run.job;
  try {
    await removeStaging(tools, paths, job_id);
    tools.store.jobs.clearStage(job_id);
  } catch (error) {
    tools.host.logger.error("a restore's staging could not be removed", {
      job_id,
      error: String(error),
    });
  }
}
