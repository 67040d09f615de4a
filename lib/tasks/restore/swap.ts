/**
 * The swap of an in-place restore: two renames a tree, known beforehand from
 * the journal, so that whoever finds a half-done one can finish it.
 */

import { rename } from "node:fs/promises";
import { z } from "zod";
import { type BackupError, toBackupError } from "../../../conat-api/index.js";
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

const undone = new WeakSet<BackupError>();

/** Of a swap that has failed, and of which no rename is left. */
export function asUndone(error: unknown): BackupError {
  const failure = toBackupError(error);
  undone.add(failure);
  return failure;
}

export function isUndone(failure: BackupError): boolean {
  return undone.has(failure);
}

/** All moves, or none: what was renamed is renamed back when one fails. */
export async function swap(moves: readonly Move[]): Promise<void> {
  try {
    for (const { staged, place, kept, had_old } of moves) {
      if (had_old) await rename(place, kept);
      await rename(staged, place);
    }
  } catch (error) {
    await revert(moves);
    throw error;
  }
}

/**
 * After a crash: "old" when no rename had happened yet (the staged trees are
 * all that is new), else the swap is finished and it is "new"; where that
 * fails it is taken back and "old". The staged trees are complete before a
 * journal exists.
 */
export async function settleSwap(
  moves: readonly Move[],
): Promise<"old" | "new"> {
  const begun = await Promise.all(moves.map(hasBegun));
  if (!begun.includes(true)) return "old";
  try {
    await finish(moves);
    return "new";
  } catch {
    await revert(moves);
    return "old";
  }
}

/** The first rename of a move takes the old tree away, or has none to take. */
async function hasBegun(move: Move): Promise<boolean> {
  return move.had_old ? exists(move.kept) : newIsIn(move);
}

async function isDone(move: Move): Promise<boolean> {
  return (await hasBegun(move)) && (await newIsIn(move));
}

async function newIsIn({ staged, place }: Move): Promise<boolean> {
  return !(await exists(staged)) && (await exists(place));
}

async function finish(moves: readonly Move[]): Promise<void> {
  for (const move of moves) {
    const { staged, place, kept, had_old } = move;
    if (await isDone(move)) continue;
    if (had_old && !(await exists(kept))) await rename(place, kept);
    await rename(staged, place);
  }
}

/** Each move that can be taken back is, whatever becomes of the others. */
async function revert(moves: readonly Move[]): Promise<void> {
  const failures: unknown[] = [];
  for (const move of moves.toReversed()) {
    await revertOne(move).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

async function revertOne(move: Move): Promise<void> {
  const { staged, place, kept, had_old } = move;
  if (await isDone(move)) await rename(place, staged);
  if (had_old && (await exists(kept))) await rename(kept, place);
}
