/** The one importer of the SQLite driver. */

import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { BackupError } from "../../conat-api/index.js";
import { migrations } from "./migrations.js";

export type Database = Sqlite.Database;

const databaseName = "project-backups.sqlite";

/** Waits this long for another process's write. */
const busyTimeoutMs = 10_000;

/**
 * Opens (and makes or migrates) `<dataDir>/project-backups.sqlite`.
 *
 * synchronous=NORMAL: a commit survives the death of this process, but only
 * what goes through `durably` is sure to survive a power cut.
 *
 * @throws BackupError FILESYSTEM_FAILED when the directory cannot be written,
 * or the file is damaged; CONFLICT when another host id owns it or a newer
 * version wrote it.
 */
export function openDatabase(dataDir: string, host_id: string): Database {
  const database = openFile(dataDir);
  try {
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = NORMAL");
    migrate(database);
    claimForHost(database, host_id, dataDir);
    return database;
  } catch (error) {
    database.close();
    throw isDamage(error) ? damaged(dataDir, error) : error;
  }
}

/**
 * Commits what `action` writes, and all before it, to the disk itself: one
 * fsync of the WAL. For a job that was acknowledged, the journal of a swap
 * and the end of a job; a dozen notes in between would cost an fsync each.
 */
export function durably<T>(database: Database, action: () => T): T {
  database.pragma("synchronous = FULL");
  try {
    return action();
  } finally {
    database.pragma("synchronous = NORMAL");
  }
}

/** A SQLite file of ours, made when it is missing. */
export function openSqlite(path: string, timeoutMs: number): Database {
  return new Sqlite(path, { timeout: timeoutMs });
}

function openFile(dataDir: string): Database {
  const path = join(dataDir, databaseName);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const database = openSqlite(path, busyTimeoutMs);
    chmodSync(path, 0o600);
    return database;
  } catch (error) {
    throw new BackupError(
      "FILESYSTEM_FAILED",
      `The data directory ${dataDir} cannot be written.`,
      {
        hint: "Make it a directory that this user owns, or name another one.",
        cause: error,
      },
    );
  }
}

function isDamage(error: unknown): boolean {
  const { code = "" } = error as { code?: string };
  return /^SQLITE_(NOTADB|CORRUPT)/.test(code);
}

function damaged(dataDir: string, cause: unknown): BackupError {
  return new BackupError(
    "FILESYSTEM_FAILED",
    `The job file ${join(dataDir, databaseName)} is damaged.`,
    {
      hint: "Move it away: the list of backups is read from the repository again.",
      cause,
    },
  );
}

function migrate(database: Database): void {
  const steps = database.transaction(() => {
    const version = database.pragma("user_version", { simple: true }) as number;
    if (version > migrations.length) throw newerVersion(version);
    for (const step of migrations.slice(version)) database.exec(step);
    database.pragma(`user_version = ${migrations.length}`);
  });
  // IMMEDIATE: deferred transactions meet BUSY in spite of the time-out.
  steps.immediate();
}

function newerVersion(version: number): BackupError {
  return new BackupError(
    "CONFLICT",
    `The job file has schema ${version}; this version knows ${migrations.length}.`,
    { hint: "Use the newer version that wrote it." },
  );
}

function claimForHost(
  database: Database,
  host_id: string,
  dataDir: string,
): void {
  database
    .prepare("INSERT OR IGNORE INTO host (only_row, host_id) VALUES (1, ?)")
    .run(host_id);
  const owner = database.prepare("SELECT host_id FROM host").pluck().get();
  if (owner === host_id) return;
  throw new BackupError(
    "CONFLICT",
    `The data directory ${dataDir} belongs to host ${String(owner)}, not to ${host_id}.`,
    { hint: "Give each host a data directory of its own." },
  );
}
