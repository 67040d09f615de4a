/** The project's own snapshots: they stay out of a backup. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ifAbsent, isNestedSubvolume } from "./filesystem.js";

export const snapshotsFolder = ".snapshots";

/**
 * What lies in `.snapshots` and is a subvolume (or, seen in a snapshot, the
 * empty directory of one), relative to `project`. A plain file or directory
 * there is a user's and stays in.
 */
export async function rollingSnapshots(project: string): Promise<string[]> {
  const folder = join(project, snapshotsFolder);
  const names = (await readdir(folder).catch(ifAbsent)) ?? [];
  const found: string[] = [];
  for (const name of names) {
    if (await isNestedSubvolume(join(folder, name))) {
      found.push(`${snapshotsFolder}/${name}`);
    }
  }
  return found;
}
