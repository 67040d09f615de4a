/** The one importer of the SQLite driver. */

import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { BackupError } from "../../conat-api/index.js";
import { migrations } from "./migrations.js";

export type Database = Sqlite.Database;

export const databaseName = "project-backups.sqlite";

/** Waits this long for another process's write. */
const busyTimeoutMs = 10_000;

/**
 * Opens (and makes or migrates) `<dataDir>/project-backups.sqlite`.
 *
 * synchronous=FULL: a job that was acknowledged and the journal of a swap
 * survive a power cut. One commit costs one fsync of the WAL.
 *
 * @throws BackupError FILESYSTEM_FAILED when the directory cannot be written,
 * CONFLICT when another host id owns it or a newer version wrote it.
 */
export function openDatabase(dataDir: string, host_id: string): Database {
  const database = openFile(dataDir);
  try {
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    migrate(database);
    claimForHost(database, host_id, dataDir);
    return database;
  } catch (error) {
    database.close();
    throw error;
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
