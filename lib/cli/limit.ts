/** `--limit`, for every list alike. */

import { BackupError } from "../../conat-api/index.js";

const largest = 1000;

/** @throws BackupError INVALID_ARGUMENT */
export function parseLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= largest) return limit;
  throw new BackupError(
    "INVALID_ARGUMENT",
    `--limit must be a number from 1 to ${largest}.`,
  );
}
