import {
  type Dirent,
  readFileSync,
  readdirSync,
  statSync,
  statfsSync,
} from "node:fs";
import { basename, join } from "node:path";
import { basesNamedIn, jobFileName } from "./named-bases.js";

export type DataLeftovers = {
  snapshot: string[];
  stage: string[];
  profile: string[];
  key: string[];
  base: string[];
};

type Found = DataLeftovers & { jobFiles: string[] };

/** How deep below the root a data directory is looked for. */
const maxDepth = 8;
/** How deep inside a data directory its work directories are looked for. */
const maxDepthInside = 3;

/**
 * What jobs left in the data directories below `root`: those named
 * `.project-backups` and those that hold `project-backups.sqlite`.
 */
export function dataLeftovers(root: string): DataLeftovers {
  const lists = { snapshot: [], stage: [], profile: [], key: [], base: [] };
  const found: Found = { ...lists, jobFiles: [] };
  walk(root, maxDepth, (dir, entries) => {
    if (isDataDir(dir, entries)) collect(dir, found);
    if (hasJobFile(entries)) found.jobFiles.push(join(dir, jobFileName));
    // Whole trees lie in these; no data directory of ours does.
    return ![".project-backups", ".snapshots"].includes(basename(dir));
  });
  const { jobFiles, base, ...others } = found;
  if (base.length === 0) return { ...others, base };
  const named = new Set(jobFiles.flatMap(basesNamedIn));
  return { ...others, base: base.filter((path) => !named.has(path)) };
}

function isDataDir(dir: string, entries: readonly Dirent[]): boolean {
  return basename(dir) === ".project-backups" || hasJobFile(entries);
}

function hasJobFile(entries: readonly Dirent[]): boolean {
  return entries.some(({ name }) => name === jobFileName);
}

function collect(dataDir: string, found: DataLeftovers): void {
  walk(dataDir, maxDepthInside, (dir, entries) => {
    const name = basename(dir);
    if (dir !== dataDir && (name === "keys" || isSubvolume(dir))) return false;
    if (name === "stage" || name === "staging") {
      for (const entry of entries) collectStaged(join(dir, entry.name), found);
      return false;
    }
    if (name === "base") {
      for (const entry of entries) collectBases(join(dir, entry.name), found);
      return false;
    }
    for (const entry of entries.filter((entry) => entry.isFile())) {
      const path = join(dir, entry.name);
      if (name === "run" && path.endsWith(".toml")) found.profile.push(path);
      else if (isMasterkey(path)) found.key.push(path);
    }
    return true;
  });
}

function collectStaged(path: string, found: DataLeftovers): void {
  const subvolumes = [path, ...childrenOf(path)].filter(isSubvolume);
  if (subvolumes.length > 0) found.snapshot.push(...subvolumes);
  else found.stage.push(path);
}

/** All that is in a project's folder; a file in its place is none of ours. */
function collectBases(folder: string, found: DataLeftovers): void {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    found.base.push(folder);
  }
  for (const path of childrenOf(folder)) found.base.push(path);
}

/** The root of a btrfs subvolume always has inode 256. */
function isSubvolume(path: string): boolean {
  const btrfsMagic = 0x9123683e;
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.ino === 256 && statfsSync(path).type === btrfsMagic;
}

/** JSON `{"mac":{"k":..,"r":..},"encrypt":..}`, whatever its file's name. */
function isMasterkey(path: string): boolean {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0 || size > 4096) return false;
  const text = readFileSync(path, "utf8");
  return /"mac"\s*:/.test(text) && /"encrypt"\s*:/.test(text);
}

/** Visits `dir` and, where `visit` returns true, what lies below it. */
function walk(
  dir: string,
  depth: number,
  visit: (dir: string, entries: readonly Dirent[]) => boolean,
): void {
  const entries = readDir(dir);
  if (!visit(dir, entries) || depth === 0) return;
  for (const entry of entries) {
    if (entry.isDirectory()) walk(join(dir, entry.name), depth - 1, visit);
  }
}

function childrenOf(dir: string): string[] {
  return readDir(dir).map(({ name }) => join(dir, name));
}

function readDir(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    // Not a directory, gone since, or its name is not UTF-8: not ours.
    return [];
  }
}
