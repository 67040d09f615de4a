/**
 * What a subvolume is here: a directory with a marker file in it. The file
 * holds what kind it is of, and on its second line what generations.ts knows.
 */

import { lstat, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ifMissing } from "../errno.js";

export const markerName = ".subvolume";

/** `empty`: the directory that a nested subvolume leaves in a snapshot. */
export type Kind = "rw" | "ro" | "empty";

/** undefined: no subvolume; also for what is left of one in a snapshot. */
export async function kindOf(path: string): Promise<Kind | undefined> {
  const marker = join(path, markerName);
  const text = await readFile(marker, "utf8").catch(ifMissing);
  const [kind] = (text ?? "empty").split("\n");
  return kind === "empty" ? undefined : (kind as Kind);
}

/** The subvolume that a path lies in or is. */
export async function subvolumeAt(path: string): Promise<string | undefined> {
  if (await kindOf(path)) return path;
  const parent = dirname(path);
  return parent === path ? undefined : subvolumeAt(parent);
}

/** Subvolumes below `path` that lie in no other one below it. */
export async function nestedIn(path: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await readdir(path)).toSorted()) {
    const inner = join(path, name);
    if (!(await lstat(inner)).isDirectory()) continue;
    if (await kindOf(inner)) found.push(inner);
    else found.push(...(await nestedIn(inner)));
  }
  return found;
}
