/**
 * A whole project into its place: written beside it where nobody can enter,
 * then swapped in while the project is stopped. The old tree is kept aside.
 */

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { BackupError, type Warning } from "../../../conat-api/index.js";
import type { ProjectPaths } from "../../host.js";
import { stagingDirectory } from "../../work-directory.js";
import { placesOf, projectPaths } from "../project-paths.js";
import type { Outcome, TaskRun, Tools } from "../task.js";
import { beginSwap } from "./begin-swap.js";
import { planMoves } from "./moves.js";
import { prepareStaging, removeIfEmpty, removeStaging } from "./staging.js";
import { asUndone, type Move, settleSwap, swap } from "./swap.js";
import { syncFileSystem, syncNames } from "./sync.js";
import { type RestoreSource, restoreOutcome, writeBackup } from "./write.js";

export async function restoreInPlace(
  run: TaskRun,
  tools: Tools,
  source: RestoreSource,
): Promise<Outcome> {
  const { job_id, project_id } = run.job;
  const paths = await projectPaths(tools, project_id);
  const { host, config } = tools;
  const staging = stagingDirectory(host, config, paths.subvolume, job_id);
  run.note({ stage: staging });
  try {
    await prepareStaging(tools, paths, staging);
    const result = await writeBackup(run, source, staging);
    const { moves, warnings } = await planMoves(run, tools, paths, staging);
    for (const { staged } of moves) await syncFileSystem(staged, run, tools);
    const afterwards = await stopAndSwap(run, tools, moves);
    run.note({ phase: "settling" });
    await tidy(run, tools, paths);
    return restoreOutcome(source, {
      ...result,
      warnings: [...result.warnings, ...warnings, ...afterwards],
    });
  } catch (error) {
    // Half a swap: both trees are still needed.
    if (!(error instanceof HalfSwapped)) await tidy(run, tools, paths);
    throw error;
  }
}

/**
 * Once the new tree is in its place the restore has succeeded: what fails
 * afterwards is a warning.
 */
async function stopAndSwap(
  run: TaskRun,
  tools: Tools,
  moves: readonly Move[],
): Promise<Warning[]> {
  const { project_id } = run.job;
  const { host } = tools;
  let swapped = false;
  try {
    run.signal.throwIfAborted();
    run.note({ phase: "stopping" });
    await host.projects.withStopped(project_id, async () => {
      run.signal.throwIfAborted();
      await swapIn(run, tools, moves);
      swapped = true;
      await syncNames(moves.flatMap(namesOf));
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

function namesOf({ place, kept, had_old }: Move): string[] {
  return had_old ? [place, kept] : [place];
}

/**
 * The journal is on the disk before the first rename.
 *
 * @throws BackupError HalfSwapped: neither finished nor undone.
 */
async function swapIn(
  run: TaskRun,
  tools: Tools,
  moves: readonly Move[],
): Promise<void> {
  const keeping = moves.filter(({ had_old }) => had_old);
  const folders = keeping.map(({ kept }) => dirname(kept));
  for (const folder of folders) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  try {
    beginSwap(run, tools, moves, folders[0] ?? null);
    await swap(moves);
  } catch (error) {
    if ((await settleHalf(moves, error)) === "new") return;
    // What fails here is told no more than what made it fail.
    await forgetSwap(run, folders).catch(() => {});
    throw asUndone(error);
  }
}

/** The end of the job does it too, and once the row can be written. */
async function forgetSwap(
  run: TaskRun,
  folders: readonly string[],
): Promise<void> {
  for (const folder of folders) await removeIfEmpty(folder);
  run.note({ journal: null, kept_at: null });
}

/** `swap` has undone itself, where that was possible. */
async function settleHalf(
  moves: readonly Move[],
  cause: unknown,
): Promise<"old" | "new"> {
  try {
    return await settleSwap(moves);
  } catch {
    throw new HalfSwapped(moves, cause);
  }
}

/** Something else put itself in the way; a person has to look. */
class HalfSwapped extends BackupError {
  constructor(moves: readonly Move[], cause: unknown) {
    const [first] = moves;
    super(
      "FILESYSTEM_FAILED",
      "The restore was cut off between taking the old tree away and putting the new one in its place.",
      {
        hint: "Both are kept on the host; its log names them.",
        cause,
        details: `old: ${first?.kept}, new: ${first?.staged}, place: ${first?.place}`,
      },
    );
  }
}

/** What cannot be removed now stays in the row: recovery removes it. */
async function tidy(
  run: TaskRun,
  tools: Tools,
  paths: ProjectPaths,
): Promise<void> {
  const { job_id } = run.job;
  try {
    await removeStaging(tools, placesOf(paths), job_id);
    tools.store.jobs.clearStage(job_id);
  } catch (error) {
    tools.host.logger.error("a restore's staging could not be removed", {
      job_id,
      error: String(error),
    });
  }
}
