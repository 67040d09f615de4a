/** The project's own snapshots: they stay out of a backup. */

import { lstat, readdir } from "node:fs/promises";
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
  const found: string[] = [];
  for (const name of await namesIn(folder)) {
    if (await isNestedSubvolume(join(folder, name))) {
      found.push(`${snapshotsFolder}/${name}`);
    }
  }
  return found;
}

/**
 * The name is free for anything of the user's: a file, a link (which must
 * not be followed, perhaps to itself), a directory that may not be read.
 */
async function namesIn(folder: string): Promise<string[]> {
  const stats = await lstat(folder).catch(ifAbsent);
  if (!stats?.isDirectory()) return [];
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EACCES" && error.code !== "ELOOP") ifAbsent(error);
    return [];
  });
}
