import { lstatSync } from "node:fs";
import { execa } from "execa";
import { toolPath } from "./tools.js";

/**
 * Differences between two directories, as lines of `rsync --itemize-changes`
 * that would make `b` equal to `a`; `[]` when they are equal. It sees type,
 * content (by size and mtime, or wholly with `contents: true`), mode, owner,
 * mtime to the nanosecond, ACLs, xattrs (as root trusted.* too), hard links
 * and device numbers, of the two directories themselves as well. Not seen:
 * atime, ctime, holes. Bytes that are not printable stand as `\#012`.
 */
export async function rsyncDiff(
  a: string,
  b: string,
  { exclude = [], contents = false }: DiffOptions = {},
): Promise<string[]> {
  const excludes = exclude.map((pattern) => `--exclude=${pattern}`);
  const [forward, backward] = await Promise.all([
    dryRun(a, b, [...excludes, ...(contents ? ["--checksum"] : [])]),
    dryRun(b, a, excludes),
  ]);
  // rsync reports a link that b lacks, but not one that only b has.
  const extra = backward.filter((line) => /^h.* => /.test(line));
  const known = forward.some((line) => /^h.* => /.test(line));
  return known ? forward : [...forward, ...extra.map((line) => `*${line}`)];
}

export type DiffOptions = {
  /** Patterns of rsync's --exclude; `/x` is anchored at the two roots. */
  exclude?: readonly string[];
  /** Read all files of equal size instead of trusting size and mtime. */
  contents?: boolean;
};

const comparison = [
  "-aHAXn",
  "--itemize-changes",
  "--numeric-ids",
  "--delete",
  // Nanoseconds count.
  "--modify-window=-1",
];

async function dryRun(a: string, b: string, more: string[]): Promise<string[]> {
  const { stdout } = await execa(
    toolPath("rsync"),
    [...comparison, ...more, "--", `${a}/`, `${b}/`],
    { stripFinalNewline: true, env: { LC_ALL: "C" } },
  );
  return stdout === "" ? [] : stdout.split("\n");
}

/** Blocks of 512 bytes that a file occupies; a hole occupies none. */
export function sparseBlocks(path: string): number {
  return lstatSync(path).blocks;
}
