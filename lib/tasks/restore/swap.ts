/**
 * The swap of an in-place restore: two renames a tree, known beforehand from
 * the journal, so that whoever finds a half-done one can finish it.
 */

import { rename } from "node:fs/promises";
import { z } from "zod";
import { exists } from "../../source/filesystem.js";

const Move = z.object({
  staged: z.string(),
  place: z.string(),
  kept: z.string(),
  /** There was something in the place. */
  had_old: z.boolean(),
});
export type Move = z.infer<typeof Move>;

export function parseJournal(journal: string): Move[] {
  return z.array(Move).parse(JSON.parse(journal));
}

/** All moves, or none: what was renamed is renamed back when one fails. */
export async function swap(moves: readonly Move[]): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  const step = async (from: string, to: string) => {
    await rename(from, to);
    undo.unshift(() => rename(to, from));
  };
  try {
    for (const { staged, place, kept, had_old } of moves) {
      if (had_old) await step(place, kept);
      await step(staged, place);
    }
  } catch (error) {
    for (const back of undo) await back();
    throw error;
  }
}

/**
 * After a crash: "old" when no rename had happened yet (the staged trees are
 * all that is new), else the swap is finished and it is "new". The staged
 * trees are complete before a journal exists.
 */
export async function settleSwap(
  moves: readonly Move[],
): Promise<"old" | "new"> {
  const begun = await Promise.all(moves.map(hasBegun));
  if (!begun.includes(true)) return "old";
  for (const { staged, place, kept, had_old } of moves) {
    if (!(await exists(staged))) continue;
    if (had_old && !(await exists(kept))) await rename(place, kept);
    await rename(staged, place);
  }
  return "new";
}

async function hasBegun({ staged, kept, had_old }: Move): Promise<boolean> {
  return !(await exists(staged)) || (had_old && (await exists(kept)));
}
