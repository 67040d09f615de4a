/** What the passes of a prune did together. */

import type { PruneResult } from "../repository/index.js";

export type PruneFigures = { passes: number; changed: number } & Record<
  string,
  number
>;

const summed = [
  ...(["packs_marked", "bytes_marked"] as const),
  ...(["packs_removed", "bytes_removed"] as const),
];

/** All else is as the newest pass has left it. */
export function sumOf(
  before: PruneFigures | undefined,
  result: PruneResult,
): PruneFigures {
  const facts: Record<string, number> = { ...result };
  for (const name of summed) facts[name] = result[name] + (before?.[name] ?? 0);
  return {
    ...facts,
    passes: (before?.passes ?? 0) + 1,
    changed: (before?.changed ?? 0) + changesOf(result),
  };
}

/**
 * 0: no backup that ran beside it can have lost anything. Index files that
 * were merged alone do not count: the same packs are in use before and after,
 * what a backup has read of them stays true, and the index file that it
 * writes itself was not among those that were listed. A pack of its own that
 * was listed before it was in any index file is one that was marked.
 */
export function changesOf(result: PruneResult): number {
  const { packs_repacked, packs_marked } = result;
  const { packs_removed, packs_recovered } = result;
  return packs_repacked + packs_marked + packs_removed + packs_recovered;
}
