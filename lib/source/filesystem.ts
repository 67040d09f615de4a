/** What a path is, asked of the file system itself. */

import { lstat, statfs } from "node:fs/promises";
import type { SourceKind } from "../../conat-api/index.js";

const btrfsMagic = 0x9123683e;
/** Inode of a btrfs subvolume's root, seen from inside. */
const subvolumeInode = 256;
/** Inode of the empty directory that a nested subvolume leaves in a snapshot. */
const emptySubvolumeInode = 2;

/** undefined: no directory there. */
export async function sourceKind(
  path: string,
): Promise<SourceKind | undefined> {
  const stats = await lstat(path).catch(ifAbsent);
  if (!stats?.isDirectory()) return undefined;
  if (stats.ino !== subvolumeInode) return "live";
  return (await isBtrfs(path)) ? "btrfs" : "live";
}

export async function isBtrfs(path: string): Promise<boolean> {
  return (await statfs(path)).type === btrfsMagic;
}

/** A subvolume's root, or what is left of one in a snapshot. */
export async function isNestedSubvolume(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(ifAbsent);
  if (!stats?.isDirectory()) return false;
  const { ino } = stats;
  return (
    (ino === subvolumeInode || ino === emptySubvolumeInode) &&
    ((await isBtrfs(path).catch(ifAbsent)) ?? false)
  );
}

export async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(ifAbsent)) !== undefined;
}

/** For catch: a missing path is undefined, anything else is thrown. */
export function ifAbsent(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return undefined;
  throw error;
}
