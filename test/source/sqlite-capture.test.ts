/** Copies of databases in use: whole, and never of anything else. */

import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { captureProgram } from "../../lib/source/capture-program.js";
import { createCaptureDatabases } from "../../lib/source/sqlite-capture.js";
import { tempDir } from "../support/temp.js";

const inUse = "a database that was read while in use";

function makeDatabase(path: string, text: string): void {
  const database = new Sqlite(path);
  database.pragma("journal_mode = WAL");
  database.exec("CREATE TABLE t (text)");
  database.prepare("INSERT INTO t VALUES (?)").run(text);
  database.close();
}

/** `then` runs once databases were found, before any is opened. */
function capturing(then = () => {}) {
  let asked = 0;
  const { ofLive, intoCopy } = createCaptureDatabases(() => {
    asked++;
    then();
    return captureProgram();
  });
  return { ofLive, intoCopy, asked: () => asked };
}

function place() {
  const root = tempDir("capture");
  const store = join(root, "store");
  mkdirSync(store);
  return { root, store, captures: join(root, "captures") };
}

test("a copy stands for each database", async () => {
  const { store, captures } = place();
  makeDatabase(join(store, "it's 1"), "mine");
  const { ofLive, asked } = capturing();
  const options = { store, staged: "persist", captures, watch: {} };
  const taken = await ofLive(options);
  expect(taken).toEqual({
    captures: [{ copy: join(captures, "0"), staged: "persist/it's 1" }],
    warnings: [],
  });
  expect(readFileSync(join(captures, "0"), "latin1")).toContain("mine");
  rmSync(captures, { recursive: true });
  await ofLive(options);
  expect(asked()).toBe(1);
});

test.each(["file", "directory"])(
  "a link that takes the place of a %s leads nowhere",
  async (what) => {
    const { root, store, captures } = place();
    const other = join(root, "other");
    for (const path of [join(store, "d"), other]) mkdirSync(path);
    makeDatabase(join(store, "d", "x.db"), "mine");
    makeDatabase(join(other, "x.db"), "theirs");
    const { ofLive } = capturing(() => {
      const name = what === "file" ? "d/x.db" : "d";
      renameSync(join(store, name), join(root, "away"));
      symlinkSync(
        what === "file" ? join(other, "x.db") : other,
        join(store, name),
      );
    });
    const options = { store, staged: "project/p", captures, watch: {} };
    expect(await ofLive(options)).toEqual({
      captures: [],
      warnings: [{ path: "project/p/d/x.db", message: inUse }],
    });
    expect(existsSync(join(captures, "0"))).toBe(false);
  },
);

test("a copied link is not followed out of the copy", async () => {
  const { root, store, captures } = place();
  const [copy, other] = [join(root, "copy"), join(root, "other")];
  for (const path of [join(store, "d"), copy, other]) mkdirSync(path);
  makeDatabase(join(store, "d", "x.db"), "mine");
  writeFileSync(join(other, "x.db"), "theirs");
  writeFileSync(join(other, "x.db-wal"), "theirs");
  symlinkSync(other, join(copy, "d"));
  const { intoCopy } = capturing();
  const options = { source: store, copy, captures, watch: {} };
  expect(await intoCopy(options)).toEqual([
    { path: "persist/d/x.db", message: inUse },
  ]);
  expect(readFileSync(join(other, "x.db"), "utf8")).toBe("theirs");
  expect(lstatSync(join(other, "x.db-wal")).isFile()).toBe(true);
});

test("where all can be copied the copy holds no log", async () => {
  const { root, store, captures } = place();
  const copy = join(root, "copy");
  mkdirSync(copy);
  makeDatabase(join(store, "x.db"), "mine");
  writeFileSync(join(copy, "x.db"), "torn");
  writeFileSync(join(copy, "x.db-wal"), "torn");
  const { intoCopy } = capturing();
  const options = { source: store, copy, captures, watch: {} };
  expect(await intoCopy(options)).toEqual([]);
  expect(readFileSync(join(copy, "x.db"), "latin1")).toContain("mine");
  expect(existsSync(join(copy, "x.db-wal"))).toBe(false);
});
