/**
 * A lock that holds across processes and ends with its holder: SQLite's own
 * lock on a small file, which the kernel releases when a process dies.
 */

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { abortError } from "../aborted.js";
import { type Database, openSqlite } from "./database.js";

const retryMs = 50;

/**
 * Runs `action` while it alone, in all processes, holds the lock file at
 * `path`.
 */
export async function withFileLock<T>(
  path: string,
  action: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (;;) {
    if (signal?.aborted) throw abortError(signal);
    const taken = await tryFileLock(path, action);
    if (taken) return taken.result;
    await sleep(retryMs);
  }
}

/** The same, or undefined at once while somebody else holds the lock. */
export async function tryFileLock<T>(
  path: string,
  action: () => Promise<T>,
): Promise<{ result: T } | undefined> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = openSqlite(path, 0);
  try {
    return tryLock(database) ? { result: await action() } : undefined;
  } finally {
    database.close();
  }
}

function tryLock(database: Database): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code?.startsWith("SQLITE_BUSY")) return false;
    throw error;
  }
}
