import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import {
  type Move,
  parseJournal,
  settleSwap,
  swap,
} from "../../lib/tasks/restore/swap.js";
import { mountSmall } from "../support/small-filesystem.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";

type Tree = "old" | "new" | "nothing";
type Shape = { name: string; had_old: boolean }[];

const shapes = {
  "a project": [{ name: "project", had_old: true }],
  "a project that was not here": [{ name: "project", had_old: false }],
  "a project and its persist store": [
    { name: "project", had_old: true },
    { name: "persist", had_old: true },
  ],
  "a project and a persist store that is new": [
    { name: "project", had_old: true },
    { name: "persist", had_old: false },
  ],
  "two trees that are both new": [
    { name: "project", had_old: false },
    { name: "persist", had_old: false },
  ],
} satisfies Record<string, Shape>;

/** Staged trees, old trees where there are any, and the moves. */
function prepare(shape: Shape): Move[] {
  const root = tempDir("swap");
  for (const name of ["staged", "place", "kept"]) mkdirSync(join(root, name));
  return shape.map(({ name, had_old }) => {
    const move = {
      staged: join(root, "staged", name),
      place: join(root, "place", name),
      kept: join(root, "kept", name),
      had_old,
    };
    fill(move.staged, "new");
    if (had_old) fill(move.place, "old");
    return move;
  });
}

function fill(directory: string, tree: Tree): void {
  mkdirSync(directory);
  writeFileSync(join(directory, "which"), tree);
}

function treeAt(path: string): Tree {
  return existsSync(path)
    ? (readFileSync(join(path, "which"), "utf8") as Tree)
    : "nothing";
}

/** What is where: the state of the whole swap. */
function treesOf(moves: readonly Move[]) {
  return moves.map(({ staged, place, kept }) => ({
    staged: treeAt(staged),
    place: treeAt(place),
    kept: treeAt(kept),
  }));
}

function untouched(moves: readonly Move[]) {
  return moves.map(({ had_old }) => ({
    staged: "new",
    place: had_old ? "old" : "nothing",
    kept: "nothing",
  }));
}

function swapped(moves: readonly Move[]) {
  return moves.map(({ had_old }) => ({
    staged: "nothing",
    place: "new",
    kept: had_old ? "old" : "nothing",
  }));
}

/** The renames of a swap, in their order. */
function renamesOf(moves: readonly Move[]): [string, string][] {
  return moves.flatMap(({ staged, place, kept, had_old }) => [
    ...(had_old ? [[place, kept] as [string, string]] : []),
    [staged, place] as [string, string],
  ]);
}

describe.each(Object.entries(shapes))("a swap of %s", (_title, shape) => {
  test("puts the new trees in and keeps the old ones", async () => {
    const moves = prepare(shape);
    await swap(moves);
    expect(treesOf(moves)).toEqual(swapped(moves));
  });

  const count = renamesOf(prepareless(shape)).length;
  test.each(Array.from({ length: count + 1 }, (_, done) => done))(
    "that died after %i renames is settled whole, and again the same",
    async (done) => {
      const moves = prepare(shape);
      for (const [from, to] of renamesOf(moves).slice(0, done)) {
        renameSync(from, to);
      }
      const expected =
        done === 0
          ? { state: "old", trees: untouched(moves) }
          : { state: "new", trees: swapped(moves) };
      for (let time = 0; time < 3; time++) {
        const state = await settleSwap(moves);
        expect({ state, trees: treesOf(moves) }).toEqual(expected);
      }
    },
  );

  test("that never began stays old when the staged trees have gone", async () => {
    const moves = prepare(shape);
    for (const { staged } of moves) rmSync(staged, { recursive: true });
    expect(await settleSwap(moves)).toBe("old");
  });

  test("survives its journal", () => {
    const moves = prepare(shape);
    expect(parseJournal(JSON.stringify(moves))).toEqual(moves);
  });
});

/** Moves without directories: to count their renames. */
function prepareless(shape: Shape): Move[] {
  const nowhere = { staged: "", place: "", kept: "" };
  return shape.map(({ had_old }) => ({ ...nowhere, had_old }));
}

describe("a swap that fails", () => {
  const both = shapes["a project and its persist store"];

  test.each([0, 1, 2, 3])(
    "at rename %i leaves everything as it was",
    async (failing) => {
      const moves = prepare(both);
      const before = treesOf(moves);
      const [from = ""] = renamesOf(moves)[failing] ?? [];
      renameSync(from, `${from}.away`);
      await expect(swap(moves)).rejects.toThrow("ENOENT");
      renameSync(`${from}.away`, from);
      expect(treesOf(moves)).toEqual(before);
    },
  );

  test("because somebody made the place leaves that alone", async () => {
    const moves = prepare(shapes["a project and a persist store that is new"]);
    const { place = "" } = moves[1] ?? {};
    fill(place, "old");
    const before = treesOf(moves);
    await expect(swap(moves)).rejects.toThrow("ENOTEMPTY");
    expect(treesOf(moves)).toEqual(before);
  });
});

describeReal("a place that cannot be moved", { needs: ["root"] }, () => {
  const shape = shapes["a project and its persist store"];

  test("as a mount point is refused, and all is undone", async () => {
    const moves = prepare(shape);
    const { place = "" } = moves[1] ?? {};
    await execa("mount", ["--bind", place, place]);
    try {
      await expect(swap(moves)).rejects.toThrow("EBUSY");
      expect(treesOf(moves)).toEqual(untouched(moves));
    } finally {
      await execa("umount", [place]);
    }
  });

  test("to another file system is refused, and all is undone", async () => {
    const moves = prepare(shape);
    const small = await mountSmall({ sizeBytes: 1024 * 1024 });
    try {
      const [project, persist] = moves as [Move, Move];
      const kept = join(small.path, "persist");
      const elsewhere = [project, { ...persist, kept }];
      await expect(swap(elsewhere)).rejects.toThrow("EXDEV");
      expect(treesOf(elsewhere)).toEqual(untouched(elsewhere));
    } finally {
      await small.unmount();
    }
  });

  test("after a crash half-way is taken back whole", async () => {
    const moves = prepare(shape);
    for (const [from, to] of renamesOf(moves).slice(0, 2)) renameSync(from, to);
    const { place = "" } = moves[1] ?? {};
    await execa("mount", ["--bind", place, place]);
    try {
      expect(await settleSwap(moves)).toBe("old");
      expect(treesOf(moves)).toEqual(untouched(moves));
      expect(await settleSwap(moves)).toBe("old");
    } finally {
      await execa("umount", [place]);
    }
  });
});
