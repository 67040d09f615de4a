/**
 * Of a persist store that no snapshot covers: has anything in it changed?
 * Read before its copy is taken, so that what is written later shows.
 */

import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";

/**
 * A digest over path, type, owner, size, times and inode of all entries:
 * equal ones mean that nothing was written in between. undefined: nobody can
 * tell, because something was written just now, or came or went, or may not
 * be read.
 *
 * @throws the signal's reason
 */
export async function readManifest(
  directory: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const top = Buffer.from(directory);
  const entries: { path: Buffer; line: string }[] = [];
  const waiting: Buffer[] = [Buffer.alloc(0)];
  for (let path = waiting.pop(); path; path = waiting.pop()) {
    signal?.throwIfAborted();
    const seen = await look(Buffer.concat([top, path]));
    if (!seen) return undefined;
    entries.push({ path, line: seen.line });
    for (const name of withoutShared(seen.names)) {
      waiting.push(Buffer.concat([path, slash, name]));
    }
  }
  return digestOf(entries);
}

const slash = Buffer.from("/");

async function look(path: Buffer) {
  try {
    const now = BigInt(Date.now()) * 1_000_000n;
    const stats = await lstat(path, { bigint: true });
    if (isFresh(stats, now)) return undefined;
    const names = stats.isDirectory()
      ? await readdir(path, { encoding: "buffer" })
      : [];
    return { line: lineOf(stats), names };
  } catch {
    return undefined;
  }
}

const ms = 1_000_000n;
const second = 1_000n * ms;

/**
 * The kernel stamps writes with a clock of its timer's ticks, at most 10 ms
 * each: another write in the same tick would leave everything equal. Where a
 * file system keeps whole seconds only, it is a second instead. Ten ticks,
 * and two seconds, allow for the time between our clock and its.
 */
function isFresh({ ctimeNs }: BigIntStats, now: bigint): boolean {
  const margin = ctimeNs % second === 0n ? 2n * second : 100n * ms;
  return ctimeNs > now - margin;
}

function lineOf(stats: BigIntStats): string {
  const { mode, uid, gid, size, mtimeNs, ctimeNs, ino } = stats;
  return [mode, uid, gid, size, mtimeNs, ctimeNs, ino].join(" ");
}

/**
 * SQLite's shared memory changes when someone reads, and is no part of a
 * backup; a file of that name without a database beside it is someone's own.
 */
function withoutShared(names: readonly Buffer[]): Buffer[] {
  const suffix = "-shm";
  const all = new Set(names.map((name) => name.toString("latin1")));
  return names.filter((bytes) => {
    const name = bytes.toString("latin1");
    return !name.endsWith(suffix) || !all.has(name.slice(0, -suffix.length));
  });
}

/** No path holds a zero byte. */
function digestOf(entries: { path: Buffer; line: string }[]): string {
  const hash = createHash("sha256");
  for (const { path, line } of entries.toSorted((a, b) =>
    Buffer.compare(a.path, b.path),
  )) {
    hash.update(path).update(`\0${line}\0`);
  }
  return hash.digest("hex");
}
