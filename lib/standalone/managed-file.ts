/**
 * A small TOML file that this package writes and people may read: whole or
 * not at all, one writer at a time, read again when it changed.
 */

import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { parse, stringify } from "smol-toml";
import type { z } from "zod";
import { BackupError } from "../../conat-api/index.js";
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
  let known: { version: string; content: T } | undefined;

  const read = (): T => {
    const version = versionOf(path);
    if (known?.version === version) return known.content;
    const content = parseFile(path, schema);
    known = { version, content };
    return content;
  };
  return {
    read,
    update: (change) =>
      withFileLock(join(dirname(path), `.${basename(path)}.lock`), () => {
        const content = schema.parse(change(read()));
        writePrivately(`${path}.new`, `${header}\n${stringify(content)}\n`);
        renameSync(`${path}.new`, path);
        syncDirectory(dirname(path));
        return Promise.resolve(content);
      }),
  };
}

/** Changes with every replacement, whatever the clock does. */
function versionOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats ? `${stats.ino}-${stats.mtimeNs}-${stats.size}` : "absent";
}

function parseFile<T>(path: string, schema: z.ZodType<T>): T {
  let text = "";
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "ENOENT") throw broken(path, error);
  }
  try {
    return schema.parse(parse(text));
  } catch (error) {
    throw broken(path, error);
  }
}

function broken(path: string, cause: unknown): BackupError {
  return new BackupError("FILESYSTEM_FAILED", `${path} cannot be read.`, {
    hint: "Mend it, or move it away and begin anew.",
    details: String(cause),
    cause,
  });
}

/** A new file on the disk that only its owner can read; an old one goes. */
export function writePrivately(path: string, content: string | Buffer): void {
  rmSync(path, { force: true });
  const file = openSync(path, "wx", 0o600);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Also over a power cut the new name stands. */
function syncDirectory(path: string): void {
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
