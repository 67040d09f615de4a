/** Looking for databases: nothing in a store can stop a backup. */

import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findDatabases } from "../../lib/source/find-databases.js";
import { tempDir } from "../support/temp.js";

const database = Buffer.from("SQLite format 3\0 and more");

test("databases are found by how they begin, whatever their names", async () => {
  const store = tempDir("store");
  mkdirSync(join(store, "deep dir"));
  writeFileSync(join(store, "deep dir", "a [1]"), database);
  writeFileSync(join(store, "text.db"), "text");
  writeFileSync(join(store, "a-wal"), database);
  symlinkSync(join(store, "deep dir", "a [1]"), join(store, "link"));
  expect(await findDatabases(store)).toEqual({
    databases: ["deep dir/a [1]"],
    warnings: [],
  });
});

test("a directory whose name is not UTF-8 is searched, what SQLite cannot name is a warning", async () => {
  const store = tempDir("store");
  const odd = Buffer.concat([Buffer.from(`${store}/`), Buffer.from([0xe9])]);
  mkdirSync(odd);
  writeFileSync(Buffer.concat([odd, Buffer.from("/x.db")]), database);
  writeFileSync(join(store, "two\nlines"), database);
  writeFileSync(join(store, "plain"), database);
  const { databases, warnings } = await findDatabases(store);
  expect(databases).toEqual(["plain"]);
  const message = "a database that was read while in use";
  expect(warnings).toHaveLength(2);
  expect(warnings).toContainEqual({ path: "\ufffd/x.db", message });
  expect(warnings).toContainEqual({ path: "two\nlines", message });
});

test("a directory that vanishes meanwhile is a warning", async () => {
  const store = tempDir("store");
  mkdirSync(join(store, "goes"));
  writeFileSync(join(store, "stays"), database);
  let looks = 0;
  const { signal } = new AbortController();
  // It is asked before each directory is read.
  signal.throwIfAborted = () => {
    if (++looks === 2) rmSync(join(store, "goes"), { recursive: true });
  };
  expect(await findDatabases(store, signal)).toEqual({
    databases: ["stays"],
    warnings: [{ path: "goes", message: "vanished while it was read" }],
  });
});

test("it ends with its job", async () => {
  const signal = AbortSignal.abort(new Error("cancelled"));
  await expect(findDatabases(tempDir("store"), signal)).rejects.toThrow(
    "cancelled",
  );
});
