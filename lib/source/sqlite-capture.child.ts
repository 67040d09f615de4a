/**
 * The child script that copies SQLite databases with SQLite's own online
 * backup. A process of its own: the host may have these files open, and two
 * copies of SQLite in one process on one file lose each other's locks
 * (sqlite.org/howtocorrupt.html, 2.2.1).
 *
 * It is fed to `node -`. Argument: the path of the native addon;
 * `globalThis.captures`: the store, and what of it to copy where. stdout: one
 * JSON object a line, `{source, error?}`.
 */

import { readdirSync, readlinkSync } from "node:fs";
import Sqlite from "better-sqlite3";

declare global {
  var captures: { store: string; pairs: { source: string; copy: string }[] };
}

async function main(): Promise<void> {
  const [, , nativeBinding = ""] = process.argv;
  const { store, pairs } = globalThis.captures;
  for (const { source, copy } of pairs) {
    const error = await capture(source, copy).catch(String);
    process.stdout.write(`${JSON.stringify({ source, error })}\n`);
  }

  async function capture(source: string, copy: string): Promise<undefined> {
    const before = new Set(openFiles().keys());
    const database = new Sqlite(source, {
      readonly: true,
      fileMustExist: true,
      nativeBinding,
      timeout: 5000,
    });
    try {
      // Held open, the read transaction keeps one state: writers go on, and
      // the copy never starts over.
      database.exec("BEGIN");
      database.prepare("SELECT count(*) FROM sqlite_schema").get();
      refuseOutside(store, before);
      await database.backup(copy, { progress: () => 10_000 });
    } finally {
      database.close();
    }
    return undefined;
  }
}

/**
 * SQLite follows links, and users can plant one at any time. But the kernel
 * knows which files it has really opened, and it keeps those open until the
 * end: the database and its log, and none lies out of the store, or nothing
 * is copied.
 */
function refuseOutside(store: string, before: Set<string>): void {
  const opened = [...openFiles()].filter(([fd]) => !before.has(fd));
  const inside = opened.every(([, path]) => path.startsWith(`${store}/`));
  if (opened.length === 0 || !inside) throw new Error("not in the store");
}

/** Descriptor -> the real path of what is open there. */
function openFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const fd of readdirSync("/proc/self/fd")) {
    try {
      files.set(fd, readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      // The descriptor of readdir itself.
    }
  }
  return files;
}

void main();
