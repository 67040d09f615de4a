/** Where a list goes on: opaque to the caller, checked when it comes back. */

import { BackupError } from "../../conat-api/index.js";

/** @throws BackupError INVALID_ARGUMENT */
export function parseJobCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw malformed();
}

export const jobCursor = (row: { seq: number }): string => String(row.seq);

/** @throws BackupError INVALID_ARGUMENT */
export function parseBackupCursor(
  cursor: string | undefined,
): { time: number; backup_id: string } | undefined {
  if (cursor === undefined) return undefined;
  const match = /^(\d{1,15})-([0-9a-f]{64})$/.exec(cursor);
  if (match?.[2]) return { time: Number(match[1]), backup_id: match[2] };
  throw malformed();
}

export const backupCursor = (backup: {
  time: number;
  backup_id: string;
}): string => `${backup.time}-${backup.backup_id}`;

function malformed(): BackupError {
  return new BackupError(
    "INVALID_ARGUMENT",
    "cursor: not one that this host gave.",
  );
}
