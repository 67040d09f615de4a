import { once } from "node:events";
import { execa } from "execa";
import { keep } from "./fixtures.js";

export type SqliteWriter = {
  pid: number;
  /** Ends it after its transaction; the database is closed properly. */
  stop(): Promise<void>;
  /** SIGKILL: `-wal` and `-shm` stay behind, as after a crash. */
  kill(): Promise<void>;
};

/**
 * A process that keeps inserting into `log(batch, part, payload)` of a WAL
 * database, one batch of 10 rows (part 0 to 9, 200 bytes each) a transaction
 * and a transaction every 2 ms. So a copy is whole if it passes
 * integrity_check and each batch in it has 10 rows.
 */
export async function startSqliteWriter(path: string): Promise<SqliteWriter> {
  const driver = require.resolve("better-sqlite3");
  const child = execa("node", ["-e", writer, driver, path], {
    stdin: "ignore",
    stdout: "pipe",
    reject: false,
    buffer: false,
  });
  if (child.pid === undefined) throw new Error("cannot start node");
  const { release } = keep(child.pid);
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    child.kill(signal);
    await child;
    release();
  };
  const ready = once(child.stdout, "data");
  await Promise.race([ready, failed(child)]);
  return {
    pid: child.pid,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

async function failed(child: Promise<{ exitCode?: number }>): Promise<never> {
  const { exitCode } = await child;
  throw new Error(`the writer ended with ${exitCode}`);
}

const writer = `
const [driver, path] = process.argv.slice(1);
const database = require(driver)(path);
database.pragma("journal_mode = WAL");
database.exec(
  "CREATE TABLE IF NOT EXISTS log (batch INTEGER, part INTEGER, payload TEXT)"
);
const insert = database.prepare("INSERT INTO log VALUES (?, ?, ?)");
const addBatch = database.transaction((batch) => {
  for (let part = 0; part < 10; part++) {
    insert.run(batch, part, String(batch).padStart(200, "."));
  }
});
const newest = database.prepare("SELECT max(batch) FROM log").pluck();
let batch = newest.get() ?? 0;
addBatch(++batch);
const timer = setInterval(() => addBatch(++batch), 2);
process.on("SIGTERM", () => {
  clearInterval(timer);
  database.close();
});
// Whoever reads this may end us: the handler stands by now.
process.stdout.write("ready\\n");
`;
