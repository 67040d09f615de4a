/** The file system's calls: which of them change it, and what the world adds. */

import * as fs from "node:fs";
import { join } from "node:path";
import type { World } from "../world.js";

const changing = new Set(
  `appendFile chmod chown copyFile cp fchmod fdatasync fsync ftruncate lchown
   link lutimes mkdir mkdtemp rename rm rmdir symlink truncate unlink utimes
   write writeFile`.split(/\s+/),
);

export type Call = (...args: unknown[]) => unknown;

/** `name` without `Sync`. */
export function changes(name: string, args: readonly unknown[]): boolean {
  if (name === "open") return opensForWriting(args[1]);
  // Into a file that is open: `writeFile` of a descriptor is one as well.
  return changing.has(name);
}

function opensForWriting(flags: unknown): boolean {
  if (typeof flags === "string") return /[wa+]/.test(flags);
  const { O_WRONLY, O_RDWR, O_CREAT } = fs.constants;
  return (Number(flags ?? 0) & (O_WRONLY | O_RDWR | O_CREAT)) !== 0;
}

/** The real call, at once. */
export function realCall(name: string): Call {
  const call = (fs as unknown as Record<string, Call>)[`${name}Sync`];
  if (call === undefined) throw new Error(`fs.${name} has no door`);
  return call;
}

const subvolumeInode = 256;
const emptySubvolumeInode = 2;
const btrfsMagic = 0x9123683e;

/** What btrfs would say of a path where tmpfs says otherwise. */
export function corrected(
  world: World,
  name: string,
  path: unknown,
  result: unknown,
): unknown {
  if (name === "readdir") return sorted(result as (string | Buffer)[]);
  if (!["stat", "lstat", "statfs"].includes(name)) return result;
  const { btrfs } = world.places;
  const text = String(path);
  if (text !== btrfs && !text.startsWith(`${btrfs}/`)) return result;
  if (name === "statfs") {
    const bavail = world.state.diskIsShort ? 5 : 50;
    const free = { blocks: 100, bfree: bavail, bavail };
    return { ...(result as object), ...free, type: btrfsMagic };
  }
  const stats = result as fs.Stats | fs.BigIntStats | undefined;
  // The kernel's own times are none of the world's.
  if (stats && "ctimeNs" in stats) {
    Object.assign(stats, { ctimeNs: stats.mtimeNs });
  }
  if (!stats?.isDirectory()) return result;
  const kind = markerOf(text);
  if (kind !== undefined) {
    const ino = kind === "empty" ? emptySubvolumeInode : subvolumeInode;
    Object.assign(stats, {
      ino: typeof stats.ino === "bigint" ? BigInt(ino) : ino,
    });
  }
  return stats;
}

function markerOf(directory: string): string | undefined {
  const marker = join(directory, ".subvolume");
  return fs.existsSync(marker) ? fs.readFileSync(marker, "utf8") : undefined;
}

/** The order of a directory is chance that no seed knows. */
function sorted(names: (string | Buffer | fs.Dirent)[]): unknown[] {
  const keyed = names.map((name) => ({ name, key: keyOf(name) }));
  return keyed
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ name }) => name);
}

function keyOf(name: string | Buffer | fs.Dirent): string {
  return typeof name === "object" && "isFile" in name
    ? String(name.name)
    : String(name);
}
