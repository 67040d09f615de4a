/**
 * The child script that copies SQLite databases with SQLite's own online backup. A process of its
 * own: the host may have these files open, and two copies of SQLite in one
 * process on one file lose each other's locks (sqlite.org/howtocorrupt.html,
 * 2.2.1).
 *
 * It is fed to `node -`. Argument: the path of the native addon;
 * `globalThis.databases`: what to copy where. stdout: one JSON object a line,
 * `{source, error?}`.
 */

import Sqlite from "better-sqlite3";

declare global {
  var databases: { source: string; copy: string }[];
}

async function main(): Promise<void> {
  const [, , nativeBinding = ""] = process.argv;
  for (const { source, copy } of globalThis.databases) {
    const error = await capture(nativeBinding, source, copy).catch(String);
    process.stdout.write(`${JSON.stringify({ source, error })}\n`);
  }
}

async function capture(
  nativeBinding: string,
  source: string,
  copy: string,
): Promise<undefined> {
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
    await database.backup(copy, { progress: () => 10_000 });
  } finally {
    database.close();
  }
  return undefined;
}

void main();
