/** `rustic restore` into a fresh directory that nobody else can enter. */

import { readdir } from "node:fs/promises";
import type { Warning } from "../../../conat-api/index.js";
import { warningsOf } from "../log.js";
import { createStatusReader, type OnBytes } from "../progress.js";
import type { RusticCommand } from "../rustic.js";

export interface RestoreInput {
  backup_id: string;
  /** Empty, or with empty directories of the names that the backup holds. */
  directory: string;
  onBytes: OnBytes;
}

export interface RestoreResult {
  files: number;
  bytes_processed: number;
  warnings: Warning[];
}

/**
 * `--numeric-id`: user names differ between hosts. `--sparse by-content` is
 * safe in a fresh directory only (it never punches holes).
 */
export function restoreCommand(
  input: RestoreInput,
): RusticCommand<RestoreResult> {
  let bytes = 0;
  const readStatus = createStatusReader((progress) => {
    bytes = progress.done;
    input.onBytes(progress);
  });
  return {
    action: "restore the backup",
    args: [
      "restore",
      "--numeric-id",
      ...["--sparse", "by-content"],
      "--json-progress",
      ...["--progress-interval", "500ms"],
      input.backup_id,
      `${input.directory}/`,
    ],
    onLine: readStatus,
    repeatable: () => isUntouched(input.directory),
    parse({ stdout, records }) {
      const lines = stdout.trimEnd().split("\n");
      if (lines.pop() !== "restore done.") return undefined;
      const files = /^Files: +(\d+) to restore/m.exec(stdout)?.[1];
      return {
        files: Number(files ?? 0),
        bytes_processed: bytes,
        warnings: warningsOf(records),
      };
    },
  };
}

/** It holds empty directories at most, as it did before. */
async function isUntouched(directory: string): Promise<boolean> {
  const found = await readdir(directory, {
    recursive: true,
    withFileTypes: true,
  });
  return found.every(
    (entry) => entry.isDirectory() && entry.parentPath === directory,
  );
}
