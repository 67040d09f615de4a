/** What a manifest of a persist store tells apart. */

import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import { readManifest } from "../../lib/source/changes/manifest.js";
import { tempDir } from "../support/temp.js";
import { until } from "../support/until.js";

/** Until what was written is old enough to be told from what comes. */
const settle = () => sleep(150);

async function store(): Promise<string> {
  const path = tempDir("persist");
  mkdirSync(join(path, "deep"));
  for (const name of ["one", "deep/two"]) writeFileSync(join(path, name), "1");
  symlinkSync("one", join(path, "link"));
  writeFileSync(Buffer.from(join(path, "\u00e9"), "latin1"), "not UTF-8");
  await settle();
  return path;
}

async function known(path: string): Promise<string> {
  const manifest = await readManifest(path);
  expect(manifest).toMatch(/^[0-9a-f]{64}$/);
  return manifest ?? "";
}

test("it stays equal while nothing is written, whatever is read", async () => {
  const path = await store();
  const before = await known(path);
  readFileSync(join(path, "one"));
  expect(await known(path)).toBe(before);
});

test.each<[string, (path: string) => void]>([
  ["appended to", (path) => appendFileSync(join(path, "one"), "x")],
  ["rewritten with its mtime set back", rewriteSilently],
  ["replaced", replace],
  ["renamed", (path) => renameSync(join(path, "one"), join(path, "three"))],
  ["deleted", (path) => unlinkSync(join(path, "deep/two"))],
  ["made", (path) => writeFileSync(join(path, "deep/new"), "")],
  ["given another mode", (path) => chmodSync(join(path, "one"), 0o600)],
  ["given a journal", (path) => writeFileSync(join(path, "one-journal"), "1")],
  ["given a log", (path) => writeFileSync(join(path, "one-wal"), "1")],
  [
    "of the name of shared memory",
    (path) => writeFileSync(join(path, "a-shm"), ""),
  ],
])("it differs when a file is %s", async (_what, act) => {
  const path = await store();
  const before = await known(path);
  act(path);
  await settle();
  expect(await known(path)).not.toBe(before);
});

function rewriteSilently(path: string): void {
  writeFileSync(join(path, "one"), "2");
  utimesSync(join(path, "one"), 1_500_000_000, 1_500_000_000);
}

function replace(path: string): void {
  writeFileSync(join(path, "tmp"), "2");
  renameSync(join(path, "tmp"), join(path, "one"));
}

test("shared memory of a database is left out, its log is not", async () => {
  const path = tempDir("database");
  const database = new Sqlite(join(path, "db"));
  database.pragma("journal_mode = WAL");
  database.exec("CREATE TABLE t (x)");
  await settle();
  const before = await known(path);
  appendFileSync(join(path, "db-shm"), "x");
  expect(await readManifest(path)).toBe(before);
  database.exec("INSERT INTO t VALUES (1)");
  await settle();
  expect(await known(path)).not.toBe(before);
  database.close();
});

test("nobody can tell while something was written just now", async () => {
  const path = await store();
  const before = await known(path);
  appendFileSync(join(path, "one"), "x");
  expect(await readManifest(path)).toBeUndefined();
  await until(async () => (await readManifest(path)) !== undefined, 2000);
  expect(await known(path)).not.toBe(before);
});

test("nobody can tell of what is not there", async () => {
  const path = await store();
  expect(await readManifest(join(path, "missing"))).toBeUndefined();
  rmSync(join(path, "deep"), { recursive: true });
  expect(await readManifest(path)).toBeUndefined();
});

test("a cancelled one ends", async () => {
  const reason = new Error("cancelled");
  const reading = readManifest(await store(), AbortSignal.abort(reason));
  await expect(reading).rejects.toBe(reason);
});

test("a write right after it shows, however soon after another one", async () => {
  const seen = { told: 0, untold: 0, missed: 0 };
  await Promise.all(Array.from({ length: 20 }, (_none, at) => race(10 * at)));
  expect(seen.missed).toBe(0);
  expect(Math.min(seen.told, seen.untold)).toBeGreaterThan(0);

  async function race(ms: number): Promise<void> {
    const path = tempDir("raced");
    const write = (content: string) =>
      writeFileSync(join(path, "one"), content);
    write("1");
    await sleep(ms);
    const before = await readManifest(path);
    write("2");
    seen[before === undefined ? "untold" : "told"] += 1;
    await settle();
    const after = await readManifest(path);
    if (before !== undefined && before === after) seen.missed += 1;
  }
});
