/**
 * What only the snapshots themselves can tell: a file that was read has its
 * times sent like one that was touched.
 */

import type { BigIntStats } from "node:fs";
import { lstat } from "node:fs/promises";

export interface Doubt {
  path: Buffer;
  /** Nothing but its times was sent. */
  times: boolean;
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
// Someone read a whole tree, and the disk is slow: rustic may as well walk.
const mostWaiting = 100_000;

export function createDoubts({
  base,
  snapshot,
  onChange,
}: DoubtOptions): Doubts {
  const waiting: Doubt[] = [];
  const running = new Set<Promise<void>>();

  const work = async () => {
    for (let doubt = waiting.pop(); doubt; doubt = waiting.pop()) {
      const [before, after] = await Promise.all([
        look(base, doubt.path),
        look(snapshot, doubt.path),
      ]);
      if (isSame(doubt, before, after)) continue;
      onChange(doubt.path, after?.isDirectory() ?? false);
    }
  };

  return {
    ask(doubt) {
      if (waiting.length >= mostWaiting) {
        return onChange(doubt.path, false);
      }
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

function isSame(
  { times, rolling, excluded }: Doubt,
  before: BigIntStats | undefined,
  after: BigIntStats | undefined,
): boolean {
  if (excluded && hasOneName(after) && (!before || hasOneName(before))) {
    return true;
  }
  if (!times || !before || !after) return false;
  if (rolling && before.isDirectory()) return isEqual(before, after, owned);
  return isEqual(before, after, all);
}

function hasOneName(stats: BigIntStats | undefined): boolean {
  return stats !== undefined && (stats.isDirectory() || stats.nlink === 1n);
}

// An inode that is another one has records of its own.
const owned = ["mode", "uid", "gid"] as const;
const all = [...owned, "nlink", "size", "mtimeNs", "ctimeNs"] as const;

function isEqual(
  before: BigIntStats,
  after: BigIntStats,
  fields: readonly (typeof all)[number][],
): boolean {
  return fields.every((field) => before[field] === after[field]);
}
