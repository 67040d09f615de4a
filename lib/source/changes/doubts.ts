/**
 * What only the snapshots themselves can tell: a file that was read has its
 * times sent like one that was touched.
 */

import type { BigIntStats } from "node:fs";
import { lstat } from "node:fs/promises";

export interface Doubt {
  path: Buffer;
  /** Nothing but its times was sent: these. Other changes have records. */
  times?: { mtime?: bigint | undefined; ctime?: bigint | undefined };
  /** The folder of the rolling snapshots, which come and go. */
  rolling?: boolean;
  /** It is no part of a backup, unless by another name. */
  excluded?: boolean;
}

export interface Doubts {
  ask(doubt: Doubt): void;
  /** When all have been looked at, or it was stopped. */
  settled(): Promise<void>;
  /** What waits is not looked at any more. */
  stop(): void;
}

export interface DoubtOptions {
  base: string;
  snapshot: string;
  /** A directory with other times says that something in it came or went. */
  onChange(path: Buffer, isDirectory: boolean): void;
}

/** As many as Node has threads for. */
const atOnce = 4;
// 0.2 ms each, btrfs's share included: then rustic's walk is the faster one.
const mostAsked = 20_000;

export function createDoubts({
  base,
  snapshot,
  onChange,
}: DoubtOptions): Doubts {
  const waiting: Doubt[] = [];
  let asked = 0;
  const running = new Set<Promise<void>>();

  const work = async () => {
    for (let doubt = waiting.pop(); doubt; doubt = waiting.pop()) {
      const { path } = doubt;
      const before = await look(base, path);
      const isSame = doubt.excluded
        ? (await hasOneName(before, snapshot, path)) || isEqual(doubt, before)
        : isEqual(doubt, before);
      if (!isSame) onChange(path, before?.isDirectory() ?? false);
    }
  };

  return {
    ask(doubt) {
      asked += 1;
      if (asked > mostAsked) return onChange(doubt.path, false);
      waiting.push(doubt);
      if (running.size >= atOnce) return;
      const worker = work().finally(() => running.delete(worker));
      running.add(worker);
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
    stop() {
      waiting.length = 0;
    },
  };
}

const slash = Buffer.from("/");

/** What cannot be looked at is not the same. */
function look(tree: string, path: Buffer): Promise<BigIntStats | undefined> {
  const whole = Buffer.concat([Buffer.from(tree), slash, path]);
  return lstat(whole, { bigint: true }).catch(() => undefined);
}

/** Everything of an inode changes its ctime, and nobody can set that. */
function isEqual(
  { times, rolling }: Doubt,
  before: BigIntStats | undefined,
): boolean {
  if (!times || !before) return false;
  if (rolling && before.isDirectory()) return true;
  return before.mtimeNs === times.mtime && before.ctimeNs === times.ctime;
}

/** Then and now, as far as it was there. */
async function hasOneName(
  before: BigIntStats | undefined,
  snapshot: string,
  path: Buffer,
): Promise<boolean> {
  const after = await look(snapshot, path);
  const isOne = (stats: BigIntStats) =>
    stats.isDirectory() || stats.nlink === 1n;
  return after !== undefined && isOne(after) && (!before || isOne(before));
}
