/**
 * The recovery kit: all that somebody needs who has nothing but the
 * repository and this file. It holds the password: 0600, and never a row.
 */

import { readFileSync, rmSync } from "node:fs";
import { z } from "zod";
import { BackupError } from "../../conat-api/index.js";
import { replacePrivately, writeNewPrivately } from "../private-file.js";

export const Kit = z.object({
  kit_version: z.literal(1),
  name: z.string(),
  kind: z.enum(["local", "rest", "s3", "gcs"]),
  /** For people; the configuration says it in detail. */
  location: z.string(),
  /** null until the repository was made: a set-up that was interrupted. */
  repository_id: z.string().nullable(),
  password: z.string().min(1),
  /** Names of what the storage itself asks for; kept elsewhere. */
  credentials: z.array(z.string()),
  created_at: z.string(),
});
export type Kit = z.infer<typeof Kit>;

/** undefined: there is none. */
export function readKit(path: string): Kit | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return parseKit(text);
}

/** @throws BackupError INVALID_ARGUMENT */
export function parseKit(text: string): Kit {
  try {
    return Kit.parse(JSON.parse(text));
  } catch (error) {
    throw new BackupError(
      "INVALID_ARGUMENT",
      "This is not a recovery kit of project-backups.",
      { cause: error },
    );
  }
}

/** Whole or not at all, and on the disk when it returns. */
export function writeKit(path: string, kit: Kit): void {
  replacePrivately(path, `${JSON.stringify(kit, null, 2)}\n`);
}

/**
 * The kit in a file of a person's own: 0600, and never over another file.
 *
 * @throws BackupError CONFLICT when the file is there, FILESYSTEM_FAILED
 */
export function exportKit(path: string, kit: Kit): void {
  try {
    writeNewPrivately(path, `${JSON.stringify(kit, null, 2)}\n`);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") {
      throw new BackupError("CONFLICT", `${path} is there already.`, {
        hint: "Name a new file.",
        cause: error,
      });
    }
    rmSync(path, { force: true });
    throw new BackupError(
      "FILESYSTEM_FAILED",
      `${path} cannot be written (${code}).`,
      { hint: "Name a file that this user may write.", cause: error },
    );
  }
}
