/** Changed or not, on real btrfs. In doubt changed; never the other way. */

import {
  appendFileSync,
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import type { Btrfs } from "../../lib/source/btrfs.js";
import {
  compareSnapshots,
  type Limit,
} from "../../lib/source/changes/compare.js";
import { mountBtrfs, type MountedFilesystem } from "../support/btrfs-image.js";
import { describeReal } from "../support/tools.js";
import {
  btrfs,
  compare,
  makeProject,
  type ProjectGround,
} from "./changes-ground.js";

const equal = { changes: 0, more: false };

function fill(project: string): void {
  for (const name of [".snapshots", "dir", "cache", "cache/deep"]) {
    mkdirSync(join(project, name));
  }
  for (const name of ["file", "dir/file", "cache/file", "cache/deep/file"]) {
    writeFileSync(join(project, name), "before");
  }
  writeFileSync(join(project, "large"), Buffer.alloc(1024 * 1024, 1));
  symlinkSync("file", join(project, "link"));
  writeFileSync(bytesIn(project, "odd\xe9"), "not UTF-8");
}

function bytesIn(project: string, name: string): Buffer {
  return Buffer.concat([
    Buffer.from(`${project}/`),
    Buffer.from(name, "latin1"),
  ]);
}

function isCache(path: Buffer): boolean {
  return path.toString() === "cache";
}

type Act = (project: string) => unknown;

describeReal("on btrfs", { needs: ["btrfs"] }, () => {
  let image: MountedFilesystem;

  beforeAll(async () => {
    image = await mountBtrfs({ sizeBytes: 2 * 1024 ** 3 });
  });
  afterAll(() => image.unmount());

  async function changesBy(act: Act, isExcluded?: typeof isCache) {
    const ground = await makeProject(image.path, fill);
    await sleep(20);
    await act(ground.project);
    const compared = await compare(ground, {
      ...(isExcluded ? { isExcluded } : {}),
    });
    const { base, snapshot } = ground;
    const asked = { base, snapshot, btrfs, limit: 1 as const };
    const first = await compareSnapshots({
      ...asked,
      ...(isExcluded ? { isExcluded } : {}),
    });
    expect(first.changes > 0).toBe(compared.changes > 0);
    return compared;
  }

  const snapshot = (project: string, name: string) =>
    btrfs.snapshotReadOnly(project, join(project, ".snapshots", name));

  test.each<[string, Act, string[]]>([
    ["nothing", () => {}, []],
    ["a rolling snapshot", (at) => snapshot(at, "one"), ["utimes .snapshots"]],
    [
      "a file that was read",
      (at) => readFileSync(join(at, "dir/file")),
      ["utimes dir/file"],
    ],
    [
      "a file whose name is not UTF-8, and was read",
      (at) => readFileSync(bytesIn(at, "odd\xe9")),
      ["utimes odd\uFFFD"],
    ],
  ])("equal: %s", async (_what, act, sent) => {
    const { records, ...compared } = await changesBy(act);
    expect(compared).toEqual(equal);
    expect(records).toEqual(expect.arrayContaining(sent));
  });

  test("equal: what rolling snapshots leave when they go again", async () => {
    const ground = await makeProject(image.path, async (project) => {
      fill(project);
      await snapshot(project, "one");
    });
    await snapshot(ground.project, "two");
    await btrfs.deleteSubvolume(join(ground.project, ".snapshots/one"));
    const { records, ...compared } = await compare(ground);
    expect(compared).toEqual(equal);
    expect(records).toContain("utimes .snapshots");
  });

  test.each<[string, number, Act]>([
    ["touch", 1, (at) => utimesSync(join(at, "file"), 1, 1)],
    ["append", 1, (at) => appendFileSync(join(at, "file"), "x")],
    ["truncate", 1, (at) => truncateSync(join(at, "large"), 4096)],
    ["chmod", 1, (at) => chmodSync(join(at, "file"), 0o600)],
    ["chmod of the root", 1, (at) => chmodSync(at, 0o700)],
    ["chmod of a directory", 1, (at) => chmodSync(join(at, "dir"), 0o700)],
    ["chmod there and back", 1, chmodBack],
    ["rename", 2, (at) => renameSync(join(at, "file"), join(at, "other"))],
    ["rename over", 2, (at) => renameSync(join(at, "file"), join(at, "large"))],
    ["swap of two directories", 2, swapDirectories],
    ["delete", 1, (at) => unlinkSync(join(at, "file"))],
    [
      "delete of a tree",
      1,
      (at) => rmSync(join(at, "dir"), { recursive: true }),
    ],
    ["mkdir", 1, (at) => mkdirSync(join(at, "new"))],
    ["a new empty file", 1, (at) => writeFileSync(join(at, "new"), "")],
    ["a new link", 1, (at) => symlinkSync("nowhere", join(at, "new"))],
    ["a new file in a new directory", 2, newTree],
    ["a name like those that btrfs gives", 1, orphanName],
    [
      "a name that is not UTF-8",
      1,
      (at) => writeFileSync(bytesIn(at, "\xff"), ""),
    ],
    ["an xattr", 1, (at) => xattr(join(at, "file"))],
    ["an xattr of a directory", 1, (at) => xattr(join(at, "dir"))],
    ["a hard link", 2, (at) => linkSync(join(at, "file"), join(at, "second"))],
    ["a write through a mapping", 1, writeMapped],
    ["other bytes, with size and mtime as before", 1, rewriteSilently],
    ["the same bytes again, with mtime as before", 1, rewriteEqual],
    [
      "a nested subvolume",
      1,
      (at) => btrfs.createSubvolume(join(at, "dir/sub")),
    ],
    ["a file beside the rolling snapshots", 1, inSnapshots],
    ["a mode of the rolling snapshots' folder", 1, folderMode],
    [
      "no folder for rolling snapshots any more",
      1,
      (at) => rmdirSync(join(at, ".snapshots")),
    ],
  ])("changed: %s", async (_what, changes, act) => {
    const { records, ...compared } = await changesBy(act);
    expect({ ...compared, records }).toEqual({ changes, more: false, records });
  });

  function chmodBack(at: string): void {
    for (const mode of [0o600, 0o644]) chmodSync(join(at, "file"), mode);
  }

  function swapDirectories(at: string): void {
    renameSync(join(at, "dir"), join(at, "aside"));
    renameSync(join(at, "cache"), join(at, "dir"));
    renameSync(join(at, "aside"), join(at, "cache"));
  }

  function newTree(at: string): void {
    mkdirSync(join(at, "new"));
    writeFileSync(join(at, "new/file"), "1");
  }

  function orphanName(at: string): void {
    writeFileSync(join(at, "o257-7-0"), "mine");
  }

  async function xattr(path: string): Promise<void> {
    await execa("setfattr", ["-n", "user.one", "-v", "1", path]);
  }

  async function writeMapped(at: string): Promise<void> {
    const script = `import mmap, sys
with open(sys.argv[1], "r+b") as file:
    mapped = mmap.mmap(file.fileno(), 0)
    mapped[500000] = 7
    mapped.close()`;
    await execa("python3", ["-c", script, join(at, "large")]);
  }

  function rewriteSilently(at: string): void {
    const path = join(at, "file");
    const { atime, mtime } = lstatSync(path);
    writeFileSync(path, "after!");
    utimesSync(path, atime, mtime);
  }

  function rewriteEqual(at: string): void {
    const path = join(at, "file");
    const { atime, mtime } = lstatSync(path);
    writeFileSync(path, "before");
    utimesSync(path, atime, mtime);
  }

  function inSnapshots(at: string): void {
    writeFileSync(join(at, ".snapshots/mine"), "mine");
  }

  function folderMode(at: string): void {
    chmodSync(join(at, ".snapshots"), 0o700);
  }

  test("changed: a file of someone's own that is called .snapshots", async () => {
    const ground = await makeProject(image.path, (project) =>
      writeFileSync(join(project, ".snapshots"), "mine"),
    );
    utimesSync(join(ground.project, ".snapshots"), 1, 1);
    expect(await compare(ground)).toMatchObject({ changes: 1, more: false });
  });

  describe("what is excluded", () => {
    const within = (name: string) => (at: string) => join(at, "cache", name);

    test.each<[string, Act]>([
      ["is written", (at) => appendFileSync(within("deep/file")(at), "x")],
      ["is new", (at) => writeFileSync(within("new")(at), "1")],
      [
        "is renamed",
        (at) => renameSync(within("file")(at), within("other")(at)),
      ],
      ["is replaced", replace],
      ["is deleted", (at) => rmSync(within("deep")(at), { recursive: true })],
      ["is a new tree", newCacheTree],
    ])("is no change when it %s", async (_what, act) => {
      const { records, ...compared } = await changesBy(act, isCache);
      expect({ ...compared, records }).toEqual({ ...equal, records });
      expect(records.length).toBeGreaterThan(1);
    });

    function replace(at: string): void {
      writeFileSync(within("tmp")(at), "after");
      renameSync(within("tmp")(at), within("file")(at));
    }

    function newCacheTree(at: string): void {
      mkdirSync(within("new/deep/er")(at), { recursive: true });
      writeFileSync(within("new/deep/er/file")(at), "1");
      renameSync(within("new/deep")(at), within("deep/new")(at));
    }

    test.each<[string, Act]>([
      [
        "comes from there",
        (at) => renameSync(within("file")(at), join(at, "new")),
      ],
      ["goes there", (at) => renameSync(join(at, "file"), within("new")(at))],
      [
        "is a link to it",
        (at) => linkSync(within("file")(at), join(at, "new")),
      ],
    ])("is a change of what %s", async (_what, act) => {
      const { changes } = await changesBy(act, isCache);
      expect(changes).toBeGreaterThan(0);
    });

    test("is a change when the file has a name elsewhere", async () => {
      // btrfs sends one of the two names; which one is its own affair.
      for (const [first, second] of [
        ["cache/one", "two"],
        ["one", "cache/two"],
      ] as const) {
        const ground = await makeProject(image.path, (project) => {
          fill(project);
          writeFileSync(join(project, first), "before");
          linkSync(join(project, first), join(project, second));
        });
        appendFileSync(
          join(ground.project, "cache", first === "one" ? "two" : "one"),
          "x",
        );
        const { changes } = await compare(ground, { isExcluded: isCache });
        expect(changes).toBeGreaterThan(0);
      }
    });
  });

  describe("of very many changes", () => {
    let ground: ProjectGround;
    const files = 3000;

    beforeAll(async () => {
      const path = (project: string, at: number) => join(project, `file-${at}`);
      const all = Array.from({ length: files }, (_none, at) => at);
      ground = await makeProject(image.path, (project) => {
        for (const at of all) writeFileSync(path(project, at), "");
      });
      for (const at of all) chmodSync(path(ground.project, at), 0o600);
      await btrfs.snapshotReadOnly(ground.project, ground.snapshot);
    });

    const asked = (limit: Limit) => ({ ...ground, btrfs, limit });

    test("all are counted below the limit", async () => {
      const limit = { records: 10 * files, ms: 60_000 };
      expect(await compareSnapshots(asked(limit))).toEqual({
        ...{ changes: files, more: false },
      });
    });

    test.each<[string, Limit, number]>([
      ["the first one", 1, files - 1],
      ["so many records", { records: 100, ms: 60_000 }, files - 1],
    ])(
      "it ends at %s, and the snapshots are free",
      async (_what, limit, most) => {
        const { changes, more } = await compareSnapshots(asked(limit));
        expect(more).toBe(true);
        expect(changes).toBeGreaterThan(0);
        expect(changes).toBeLessThanOrEqual(most);
        const copy = join(dirname(ground.base), "copy");
        await btrfs.snapshotReadOnly(ground.base, copy);
        await compareSnapshots({ ...asked(limit), base: copy });
        await btrfs.deleteSubvolume(copy);
      },
    );

    test("it ends after so long, but not before the first change", async () => {
      const slowly: Pick<Btrfs, "send"> = {
        async send(base, snapshot, onChunk, watch) {
          await sleep(50);
          await btrfs.send(base, snapshot, onChunk, watch);
        },
      };
      const limit = { records: 10 * files, ms: 1 };
      const late = await compareSnapshots({ ...asked(limit), btrfs: slowly });
      expect(late.more).toBe(true);
      expect(late.changes).toBeGreaterThan(0);
      const isExcluded = () => true;
      const none = { ...asked(limit), btrfs: slowly, isExcluded };
      expect(await compareSnapshots(none)).toEqual(equal);
    });

    test("a cancelled one is no answer", async () => {
      const controller = new AbortController();
      const watch = {
        signal: controller.signal,
        onGroup: () => controller.abort(),
      };
      const cancelled = compareSnapshots({ ...asked(1), watch });
      await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
    });
  });
});
