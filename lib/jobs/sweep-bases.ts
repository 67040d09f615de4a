/**
 * Bases that no row names: their job died before its row said so, or the job
 * file was lost. Only what has the name of a job in a project's folder.
 */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { JobId, ProjectId } from "../../conat-api/index.js";
import { ifAbsent } from "../source/filesystem.js";
import { allPlaces } from "../tasks/project-paths.js";
import type { Tools } from "../tasks/task.js";
import { baseRoots } from "../work-directory.js";
import { removeUnowned } from "./sweep.js";

/** What cannot be removed is told and stays. */
export async function sweepBases(
  tools: Tools,
  signal: AbortSignal,
): Promise<void> {
  const { host, config } = tools;
  const places = await allPlaces(tools, signal);
  for (const root of baseRoots(host, config, places)) {
    for (const project_id of await namesIn(root, ProjectId)) {
      const folder = join(root, project_id);
      for (const job_id of await namesIn(folder, JobId)) {
        if (signal.aborted) return;
        if (isOwned({ project_id, job_id }, tools)) continue;
        await removeUnowned(join(folder, job_id), tools, signal);
      }
    }
  }
}

async function namesIn(
  directory: string,
  kind: typeof JobId | typeof ProjectId,
): Promise<string[]> {
  const names = (await readdir(directory).catch(ifAbsent)) ?? [];
  return names.filter((name) => kind.safeParse(name).success);
}

/**
 * The job first: a base is moved to its place before its row names it, and by
 * the end of its job it does.
 */
function isOwned(
  { project_id, job_id }: { project_id: string; job_id: string },
  { store }: Tools,
): boolean {
  if (store.jobs.get(job_id)?.state === "running") return true;
  return store.bases.get(project_id)?.job_id === job_id;
}
