/**
 * Removing what a job made. It never recurses through a mount point, and a
 * subvolume goes by name: a mistake here must fail, not delete a project.
 */

import { lstat, readdir, rmdir, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BackupError } from "../../conat-api/index.js";
import type { Btrfs } from "./btrfs.js";
import { ifAbsent, sourceKind } from "./filesystem.js";
import { mountsBelow } from "./mounts.js";
import { eventualPath } from "./real-path.js";

/**
 * Removes a tree that we made, subvolumes in it included; absent is fine.
 *
 * @throws BackupError FILESYSTEM_FAILED, before anything is removed, when
 * something is mounted at or below it; the signal's reason, half done.
 */
export async function removeTree(
  path: string,
  btrfs: Btrfs,
  signal?: AbortSignal,
): Promise<void> {
  // The kernel lists mounts by real paths. A link at its end goes itself.
  const real = join(await eventualPath(dirname(path)), basename(path));
  const [mount] = await mountsBelow(real);
  if (mount !== undefined) throw mounted(path, mount);
  const stats = await lstat(real).catch(ifAbsent);
  if (stats) await removeEntry(Buffer.from(real), btrfs, stats.dev, signal);
}

function mounted(path: string, mount: string): BackupError {
  return new BackupError(
    "FILESYSTEM_FAILED",
    `Something is mounted below ${path}: it was not removed.`,
    { hint: `Unmount ${mount} first.` },
  );
}

/**
 * Paths are bytes: names need not be UTF-8. `device` is its parent's: only a
 * subvolume may have another one, all else was mounted meanwhile.
 */
async function removeEntry(
  path: Buffer,
  btrfs: Btrfs,
  device: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const stats = await lstat(path).catch(ifAbsent);
  if (!stats) return;
  if (!stats.isDirectory()) return unlink(path);
  if (stats.ino === 256 && (await sourceKind(path.toString())) === "btrfs") {
    return removeSubvolume(path, btrfs);
  }
  if (stats.dev !== device) throw mounted(`${path}`, `${path}`);
  for (const name of await readdir(path, { encoding: "buffer" })) {
    const inner = Buffer.concat([path, Buffer.from("/"), name]);
    await removeEntry(inner, btrfs, device, signal);
  }
  await rmdir(path);
}

/** btrfs does not delete a subvolume that holds others: those go first. */
async function removeSubvolume(path: Buffer, btrfs: Btrfs): Promise<void> {
  const subvolume = path.toString();
  try {
    await btrfs.deleteSubvolume(subvolume);
  } catch (error) {
    const nested = await btrfs.nested(subvolume);
    if (nested.length === 0) throw error;
    for (const inner of nested) {
      await removeSubvolume(Buffer.from(join(subvolume, inner)), btrfs);
    }
    await btrfs.deleteSubvolume(subvolume);
  }
}
