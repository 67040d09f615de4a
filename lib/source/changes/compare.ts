/** What changed between two snapshots of a project. */

import type { Btrfs } from "../btrfs.js";
import type { Watch } from "../watch.js";
import { createDoubts } from "./doubts.js";
import { createChangeFinder } from "./find-changes.js";
import { createSendStreamReader } from "./send-stream.js";

export interface Comparison {
  /** Paths that differ; 0: the two are equal. */
  changes: number;
  /** It was not read to its end: there may be more. */
  more: boolean;
}

/**
 * 1: did anything change? Else it counts until about so many records were
 * read or so much time has passed, and on to the first change.
 */
export type Limit = 1 | { records: number; ms: number };

export interface CompareOptions {
  /** Read-only snapshots of one file system. */
  base: string;
  snapshot: string;
  btrfs: Pick<Btrfs, "send">;
  /** What no backup holds: paths are relative, asked for ancestors too. */
  isExcluded?: (path: Buffer) => boolean;
  limit: Limit;
  watch?: Watch;
}

/**
 * In doubt something changed. btrfs needs 0.02 s for 60 changes among 200,000
 * files, but 13 s for a chmod of all: it is ended as soon as the answer is
 * known. Neither snapshot can be deleted before this settles.
 *
 * @throws BackupError FILESYSTEM_FAILED, also for a stream that is not whole;
 * CANCELLED or STALLED, where `watch` asks for it
 */
export async function compareSnapshots({
  base,
  snapshot,
  btrfs,
  isExcluded = () => false,
  limit,
  watch = {},
}: CompareOptions): Promise<Comparison> {
  const enough = new AbortController();
  const tally = createTally(limit, () => enough.abort());
  const onChange = tally.change;
  const doubts = createDoubts({ base, snapshot, onChange });
  const onDoubt = doubts.ask;
  const finder = createChangeFinder({ isExcluded, onChange, onDoubt });
  const reader = createSendStreamReader((record) => {
    finder.take(record);
    tally.record();
  });
  const signal = AbortSignal.any([
    ...(watch.signal ? [watch.signal] : []),
    enough.signal,
  ]);
  signal.addEventListener("abort", doubts.stop, { once: true });
  try {
    const options = { ...watch, signal };
    await btrfs.send(base, snapshot, reader.push, options);
    reader.end();
    finder.end();
  } catch (error) {
    if (!enough.signal.aborted || watch.signal?.aborted) throw error;
  } finally {
    await doubts.settled();
    tally.close();
  }
  watch.signal?.throwIfAborted();
  return tally.result();
}

interface Tally {
  record(): void;
  change(path: Buffer, isDirectory?: boolean): void;
  result(): Comparison;
  close(): void;
}

/** Nothing ends it before the first change: then the two would be equal. */
function createTally(limit: Limit, onEnough: () => void): Tally {
  const paths = new Set<string>();
  // Of directories nothing but the times: their entries are what changed.
  const directories = new Set<string>();
  let records = 0;
  let late = limit === 1;
  let more = false;
  const count = () => paths.size || directories.size;
  const check = () => {
    const isFull = late || (limit !== 1 && records >= limit.records);
    if (more || !isFull || count() === 0) return;
    more = true;
    onEnough();
  };
  const timer =
    limit === 1
      ? undefined
      : setTimeout(() => {
          late = true;
          check();
        }, limit.ms);
  return {
    record() {
      records += 1;
      check();
    },
    change(path, isDirectory = false) {
      if (more) return;
      (isDirectory ? directories : paths).add(path.toString("latin1"));
      check();
    },
    result: () => ({ changes: count(), more }),
    close: () => clearTimeout(timer),
  };
}
