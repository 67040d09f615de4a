/**
 * Stages that no row owns: the job file was lost after their job died. Only
 * what stands where this host alone puts them, under the name of a job.
 */

import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { JobId } from "../../conat-api/index.js";
import { exists, ifAbsent } from "../source/filesystem.js";
import { removeTree } from "../source/remove.js";
import { endGroupsOf } from "../tasks/leftovers.js";
import { allPlaces } from "../tasks/project-paths.js";
import type { Tools } from "../tasks/task.js";
import { stageRoots, stagingRoots } from "../work-directory.js";

/** What cannot be removed is told and stays. */
export async function sweep(tools: Tools, signal: AbortSignal): Promise<void> {
  const { host, config } = tools;
  const places = await allPlaces(tools, signal);
  for (const root of stageRoots(host, config, places)) {
    for (const name of await unowned(root, tools)) {
      if (signal.aborted) return;
      await removeUnowned(join(root, name), tools, signal);
    }
  }
  for (const [root, kept] of stagingRoots(host, config, places)) {
    for (const name of await unowned(root, tools)) {
      if (signal.aborted) return;
      // A swap may have stood still between its renames: both trees stay.
      if (await exists(join(kept, name))) continue;
      await removeUnowned(join(root, name), tools, signal);
    }
  }
}

/** A row comes before its stage: what has none by now had one once. */
async function unowned(root: string, { store }: Tools): Promise<string[]> {
  const names = (await readdir(root).catch(ifAbsent)) ?? [];
  return names.filter((name) => {
    const id = JobId.safeParse(jobOf(name));
    return id.success && !store.jobs.get(id.data);
  });
}

function jobOf(path: string): string {
  return basename(path, ".captures");
}

export async function removeUnowned(
  path: string,
  tools: Tools,
  signal: AbortSignal,
): Promise<void> {
  const { btrfs, host } = tools;
  const job_id = jobOf(path);
  try {
    await endGroupsOf({ job_id, stage: path }, tools);
    await removeTree(path, btrfs, signal);
    host.logger.info("what no job owns was removed", { path });
  } catch (error) {
    const facts = { path, error: String(error) };
    host.logger.warn("what no job owns could not be removed", facts);
  }
}
