/**
 * What btrfs does in one step takes us several: the half-done lies where
 * nobody looks. A world has a directory `os` for that; elsewhere it lies
 * beside the path.
 */

import { randomUUID } from "node:crypto";
import { lstat } from "node:fs/promises";
import { dirname, join } from "node:path";

export async function scratchFor(path: string): Promise<string> {
  return join(await placeFor(dirname(path)), `.btrfs-${randomUUID()}`);
}

async function placeFor(directory: string): Promise<string> {
  for (let at = directory; at !== dirname(at); at = dirname(at)) {
    const place = join(at, "os");
    const stats = await lstat(place).catch(() => undefined);
    if (stats?.isDirectory()) return place;
  }
  return directory;
}
