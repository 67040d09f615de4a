/** A few real kills, and that what a kill could do wrong would be told. */

import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JobRow } from "../../lib/store/index.js";
import { bundleProgram, startProgram } from "../support/program.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";
import { checkBackups } from "./real/checks/backups.js";
import { checkRows } from "./real/checks/rows.js";
import { checkTrees } from "./real/checks/trees.js";
import { openLedger } from "./real/ledger.js";
import { readTree, writeTree } from "./real/tree.js";
import { readTrees, type World } from "./real/world.js";

describeReal("real kills", { needs: ["rustic", "btrfs"] }, () => {
  test("leave nothing, lose nothing and make nothing twice", async () => {
    const bundle = bundleProgram("real-faults");
    const run = startProgram(bundle, ["--real", "10", "--seed", "jest"]);
    const lines: string[] = [];
    const read = async () => {
      for (;;) lines.push(await run.line());
    };
    await read().catch(() => {});
    const exitCode = await run.end();
    expect(lines.at(-1)).toMatch(
      /^10 kills \(\d+ of the host, \d+ of rustic\), 0 violations$/,
    );
    expect(lines.filter((line) => line.includes("VIOLATION"))).toEqual([]);
    expect(exitCode).toBe(0);
  }, 240_000);
});

const backup_id = "b".repeat(64);
const project_id = randomUUID();
const done = {
  ...{ seq: 1, job_id: "job", kind: "backup", project_id, backup_id },
  ...{ state: "succeeded", error_code: null, error_message: null },
  ...{ cancelled_by: null, retry_of: null, kept_at: null, target: null },
} as unknown as JobRow;
const failed = {
  ...{ ...done, state: "failed", backup_id: null },
  ...{ error_code: "INTERRUPTED", error_message: "It was." },
} as JobRow;

describe("the rows' check", () => {
  const asked = new Set(["job"]);

  test("has nothing to say of rows that ended well or said why not", () => {
    expect(checkRows([done, { ...failed, job_id: "2" }], asked)).toEqual([]);
  });

  test.each([
    ["a promised job without a row", { job_id: "other" }, "has no row"],
    ["a job that runs", { state: "running" }, "has not ended"],
    ["a job that waits", { state: "pending" }, "has not ended"],
    ["a failure without a code", { ...failed, error_code: null }, "no code"],
    ["half a sentence", { ...failed, error_message: "It" }, "no sentence"],
    ["success without a backup", { backup_id: null }, "names no backup"],
    [
      "a cancel by nobody",
      { ...failed, state: "cancelled", error_code: "CANCELLED" },
      "cancelled by nobody",
    ],
    ["a restore again", { kind: "restore", retry_of: "1" }, "by itself"],
  ] as [string, Partial<JobRow>, string][])(
    "tells of %s",
    (_what, wrong, told) => {
      const found = checkRows([{ ...done, ...wrong }], asked);
      expect(found).toEqual([expect.stringContaining(told)]);
    },
  );
});

describe("the repository's check", () => {
  const stored = { backup_id, project_id, job_id: "job" };

  test("has nothing to say where rows and repository agree", () => {
    const cancelled = { ...failed, state: "cancelled" } as JobRow;
    expect(checkBackups([done], [stored])).toEqual([]);
    expect(checkBackups([cancelled], [stored])).toEqual([]);
    expect(checkBackups([failed], [])).toEqual([]);
  });

  const second = { ...stored, backup_id: "c".repeat(64) };
  test.each([
    ["a lost backup", [failed], [stored], "was lost: failed INTERRUPTED"],
    ["a backup of nobody", [], [stored], "has no row"],
    ["two backups of a job", [done], [stored, second], "more than one"],
    ["a row that names another", [done], [second], "is not the one"],
    ["a row that lies", [done], [], "is not in the repository"],
    [
      "another project's",
      [done],
      [{ ...stored, project_id: "other" }],
      "is another project's",
    ],
  ])("tells of %s", (_what, rows, found, told) => {
    const text = checkBackups(rows, found).join("\n");
    expect(text).toContain(told);
  });
});

describe("a tree", () => {
  const size = { files: 2, bytes: 1000 };

  test("says its version while it is whole", () => {
    const tree = tempDir("tree");
    writeTree(tree, 6, size);
    writeTree(tree, 7, size);
    expect(readTree(tree)).toBe(7);
  });

  test.each([
    ["lacks a file", (tree: string) => rmSync(join(tree, "data/1.bin"))],
    ["has one too many", (tree: string) => writeFileSync(join(tree, "x"), "")],
    [
      "has other bytes",
      (tree: string) => writeFileSync(join(tree, "data/0.bin"), "x"),
    ],
    ["is not there", (tree: string) => rmSync(tree, { recursive: true })],
  ])("is not whole when it %s", (_what, spoil) => {
    const tree = tempDir("tree");
    writeTree(tree, 1, size);
    spoil(tree);
    expect(typeof readTree(tree)).toBe("string");
  });

  test("and its persist store are of one version", () => {
    const [tree, persist] = [tempDir("tree"), tempDir("persist")];
    writeTree(tree, 1, size);
    writeTree(persist, 2, size);
    expect(readTrees([tree, persist])).toMatch(/versions 1 and 2/);
  });
});

describe("the trees' check", () => {
  /** A project at version 3 that had a backup of version 2. */
  function open() {
    const restored = tempDir("restored");
    const ledger = openLedger();
    let version: number | string = 3;
    const project = {
      ...{ project_id, directory: "", write: () => 0 },
      read: () => version,
    };
    ledger.before.set(project_id, 3);
    ledger.holds.set(backup_id, new Set([2]));
    const world = { projects: [project], restored } as unknown as World;
    const restore = { ...done, kind: "restore" } as JobRow;
    const inPlace = { ...restore, target: '{"type":"in_place"}' };
    const path = join(restored, "there");
    const target = JSON.stringify({ type: "directory", path });
    return {
      ...{ inPlace, toDirectory: { ...restore, target }, path, restored },
      is: (now: number | string) => (version = now),
      check: (...rows: JobRow[]) => checkTrees(world, rows, ledger).join(),
    };
  }

  test("wants the old tree without a restore, the restored one after it", () => {
    const { inPlace, is, check } = open();
    expect(check()).toBe("");
    expect(check({ ...inPlace, state: "failed" })).toBe("");
    expect(check(inPlace)).toContain("version 3 after restore job, not of 2");
    is(2);
    expect(check(inPlace)).toBe("");
    expect(check()).toContain("version 2 after no restore, not of 3");
    is("half a tree");
    expect(check(inPlace)).toContain("not whole: half a tree");
  });

  test("wants a restored directory exactly where the row says so", () => {
    const { toDirectory, path, check } = open();
    expect(check(toDirectory)).toContain("is missing");
    mkdirSync(join(path, "project"), { recursive: true });
    expect(check({ ...toDirectory, state: "failed" })).toContain("is there");
    expect(check(toDirectory)).toContain("not whole");
    writeTree(join(path, "project"), 3, { files: 1, bytes: 10 });
    expect(check(toDirectory)).toContain("not what the backup holds");
    writeTree(join(path, "project"), 2, { files: 1, bytes: 10 });
    expect(check(toDirectory)).toBe("");
  });

  test("wants kept trees whole, and nothing under way left", () => {
    const { inPlace, restored, is, check } = open();
    is(2);
    const kept_at = tempDir("kept");
    mkdirSync(join(kept_at, "project"));
    expect(check({ ...inPlace, kept_at })).toContain("kept, but not whole");
    mkdirSync(join(restored, ".there.job"));
    expect(check(inPlace)).toContain(".there.job was left");
  });
});
