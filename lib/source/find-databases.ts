/** Which files of a persist store are SQLite databases. */

import { constants, type Dirent } from "node:fs";
import { open, readdir } from "node:fs/promises";
import type { Warning } from "../../conat-api/index.js";

export interface Found {
  /** Relative to the store. */
  databases: string[];
  /** What could not be looked at; paths are relative to the store. */
  warnings: Warning[];
}

const slash = Buffer.from("/");

/**
 * Regular files below `store` that begin as a SQLite database does. Nothing
 * in it can stop a backup: names need not be UTF-8, and all may vanish or be
 * unreadable.
 *
 * @throws the signal's reason
 */
export async function findDatabases(
  store: string,
  signal?: AbortSignal,
): Promise<Found> {
  const found: Found = { databases: [], warnings: [] };
  const top = Buffer.concat([Buffer.from(store), slash]);
  const waiting: Buffer[] = [Buffer.alloc(0)];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    signal?.throwIfAborted();
    const entries = await attempt(found, at, (path) =>
      readdir(path, { withFileTypes: true, encoding: "buffer" }),
    );
    for (const entry of entries ?? []) {
      const path = Buffer.concat([at, entry.name]);
      if (entry.isDirectory()) waiting.push(Buffer.concat([path, slash]));
      else if (mayBeDatabase(entry) && (await attempt(found, path, begins)))
        addDatabase(found, path);
    }
  }
  return found;

  async function attempt<T>(
    { warnings }: Found,
    path: Buffer,
    look: (path: Buffer) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await look(Buffer.concat([top, path]));
    } catch (error) {
      warnings.push({ path: withoutSlash(path), message: reason(error) });
      return undefined;
    }
  }
}

function reason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR"
    ? "vanished while it was read"
    : `could not be searched for databases (${code})`;
}

function withoutSlash(path: Buffer): string {
  return path.toString().replace(/\/$/, "");
}

/** SQLite's side files come and go with every transaction. */
function mayBeDatabase(entry: Dirent<Buffer>): boolean {
  return entry.isFile() && !/-(wal|shm|journal)$/.test(entry.name.toString());
}

/** SQLite, and a list of lines, cannot be told every name. */
function addDatabase({ databases, warnings }: Found, bytes: Buffer): void {
  const path = bytes.toString();
  const speakable = !path.includes("\n") && Buffer.from(path).equals(bytes);
  if (speakable) databases.push(path);
  else warnings.push(inUse(path));
}

export function inUse(path: string): Warning {
  return { path, message: "a database that was read while in use" };
}

const header = Buffer.from("SQLite format 3\0");
// A link or a pipe may have taken the place of the file.
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

async function begins(path: Buffer): Promise<boolean> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const start = Buffer.alloc(header.length);
    await file.read(start, 0, start.length, 0);
    return start.equals(header);
  } finally {
    await file.close();
  }
}
