/**
 * Removing what a job made. It never recurses through a mount point, and a
 * subvolume goes by name: a mistake here must fail, not delete a project.
 */

import { readFile } from "node:fs/promises";
import { lstat, readdir, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { BackupError } from "../../conat-api/index.js";
import type { Btrfs } from "./btrfs.js";
import { ifAbsent, sourceKind } from "./filesystem.js";

/** Mount points at or below `path`, as the kernel lists them. */
export async function mountsBelow(path: string): Promise<string[]> {
  const text = await readFile("/proc/self/mountinfo", "utf8").catch(ifAbsent);
  const mounts = (text ?? "")
    .split("\n")
    .map((line) => unescapeOctal(line.split(" ")[4] ?? ""));
  return mounts.filter(
    (mount) => mount === path || mount.startsWith(`${path}/`),
  );
}

/**
 * Removes a tree that we made, subvolumes in it included; absent is fine.
 *
 * @throws BackupError FILESYSTEM_FAILED, before anything is removed, when
 * something is mounted at or below it.
 */
export async function removeTree(path: string, btrfs: Btrfs): Promise<void> {
  const mounts = await mountsBelow(path);
  if (mounts.length > 0) {
    throw new BackupError(
      "FILESYSTEM_FAILED",
      `Something is mounted below ${path}: it was not removed.`,
      { hint: `Unmount ${mounts[0]} first.` },
    );
  }
  await removeEntry(Buffer.from(path), btrfs);
}

/** Paths are bytes: names need not be UTF-8. */
async function removeEntry(path: Buffer, btrfs: Btrfs): Promise<void> {
  const stats = await lstat(path).catch(ifAbsent);
  if (!stats) return;
  if (!stats.isDirectory()) return unlink(path);
  if (stats.ino === 256 && (await sourceKind(path.toString())) === "btrfs") {
    return removeSubvolume(path, btrfs);
  }
  for (const name of await readdir(path, { encoding: "buffer" })) {
    await removeEntry(Buffer.concat([path, Buffer.from("/"), name]), btrfs);
  }
  await rmdir(path);
}

/** Nested ones first: btrfs does not delete a subvolume that holds others. */
async function removeSubvolume(path: Buffer, btrfs: Btrfs): Promise<void> {
  const subvolume = path.toString();
  for (const nested of await btrfs.nested(subvolume)) {
    await removeSubvolume(Buffer.from(join(subvolume, nested)), btrfs);
  }
  await btrfs.deleteSubvolume(subvolume);
}

/** mountinfo writes space, tab, newline and backslash as \ooo. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_match, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
