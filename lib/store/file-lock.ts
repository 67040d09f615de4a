/**
 * A lock that holds across processes and ends with its holder: SQLite's own
 * lock on a small file, which the kernel releases when a process dies.
 */

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Database, openSqlite } from "./database.js";

const retryMs = 50;

/** Runs `action` while this process alone holds the lock file at `path`. */
export async function withFileLock<T>(
  path: string,
  action: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = openSqlite(path, 0);
  try {
    while (!tryLock(database)) {
      await sleep(retryMs, undefined, signal ? { signal } : {});
    }
    return await action();
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
