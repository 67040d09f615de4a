/**
 * A small TOML file that this package writes and people may read: whole or
 * not at all, one writer at a time, read again when it changed.
 */

import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parse, stringify } from "smol-toml";
import type { z } from "zod";
import { BackupError } from "../../conat-api/index.js";
import { replacePrivately } from "../private-file.js";
import { withFileLock } from "../store/index.js";

export interface ManagedFile<T> {
  /** @throws BackupError FILESYSTEM_FAILED when somebody broke the file. */
  read(): T;
  /** `change` gets what is there now and returns what shall be. */
  update(change: (content: T) => T): Promise<T>;
}

export function manageFile<T extends object>(
  path: string,
  schema: z.ZodType<T>,
  header: string,
): ManagedFile<T> {
  let known: { version: string; content: T | BackupError } | undefined;

  // Asked at each message of a router: parsed once, be it broken or not.
  const read = (): T => {
    const version = versionOf(path);
    if (known?.version !== version) {
      known = { version, content: parseFile(path, schema) };
    }
    const { content } = known;
    if (content instanceof BackupError) throw content;
    return content;
  };
  return {
    read,
    update: (change) =>
      withFileLock(join(dirname(path), `.${basename(path)}.lock`), () => {
        const content = schema.parse(change(read()));
        replacePrivately(path, `${header}\n${stringify(content)}\n`);
        return Promise.resolve(content);
      }),
  };
}

/** Changes with every replacement, whatever the clock does. */
function versionOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats ? `${stats.ino}-${stats.mtimeNs}-${stats.size}` : "absent";
}

function parseFile<T>(path: string, schema: z.ZodType<T>): T | BackupError {
  let text = "";
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "ENOENT") return broken(path, error);
  }
  try {
    return schema.parse(parse(text));
  } catch (error) {
    return broken(path, error);
  }
}

function broken(path: string, cause: unknown): BackupError {
  return new BackupError("FILESYSTEM_FAILED", `${path} cannot be read.`, {
    hint: "Mend it, or move it away and begin anew.",
    details: String(cause),
    cause,
  });
}
