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

/** 0: no backup that ran beside it can have lost anything. */
export function changesOf(result: PruneResult): number {
  const { packs_repacked, packs_marked, packs_removed } = result;
  const { packs_recovered, index_files_rebuilt } = result;
  return (
    packs_repacked +
    packs_marked +
    packs_removed +
    packs_recovered +
    index_files_rebuilt
  );
}
