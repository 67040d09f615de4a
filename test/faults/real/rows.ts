/** The job rows as they stand in the file, seen by another process. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import type { JobRow } from "../../../lib/store/index.js";

export interface Rows {
  all(): JobRow[];
  running(): JobRow[];
  close(): void;
}

/**
 * To be closed before the host starts again: the last of all connections
 * that is closed tidies up the WAL, and a crashed one must not.
 */
export function openRows(dataDir: string): Rows {
  const path = join(dataDir, "project-backups.sqlite");
  if (!existsSync(path)) throw new Error(`${path} is not there`);
  const file = new Sqlite(path, { readonly: true, timeout: 10_000 });
  const all = file.prepare("SELECT * FROM jobs ORDER BY seq");
  const running = file.prepare(
    "SELECT * FROM jobs WHERE state = 'running' ORDER BY seq",
  );
  return {
    all: () => all.all() as JobRow[],
    running: () => running.all() as JobRow[],
    close: () => void file.close(),
  };
}

export function withRows<T>(dataDir: string, read: (rows: Rows) => T): T {
  const rows = openRows(dataDir);
  try {
    return read(rows);
  } finally {
    rows.close();
  }
}
