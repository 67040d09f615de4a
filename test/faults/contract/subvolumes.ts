/** btrfs: subvolumes and their snapshots. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Contract, Ground } from "./ground.js";
import { stageWith, treeOf } from "./stage.js";

const failed = { code: "FILESYSTEM_FAILED" };
const noParent = {
  ...failed,
  details: expect.stringMatching(/cannot access '.*\/no'/),
};

export const subvolumes: Contract[] = [
  {
    title: "a subvolume is made empty, filled, and deleted with all in it",
    async run({ btrfs, directory }) {
      const path = join(directory(), "one");
      await btrfs.createSubvolume(path);
      expect(treeOf(path)).toEqual([]);
      stageWith({ "project/deep/file": "1" }, path);
      await btrfs.deleteSubvolume(path);
      expect(existsSync(path)).toBe(false);
    },
  },
  {
    title: "none is made where something is, or without a parent",
    async run({ btrfs, directory }) {
      const ground = directory();
      const make = (name: string) => btrfs.createSubvolume(join(ground, name));
      writeFileSync(join(ground, "file"), "1");
      mkdirSync(join(ground, "plain"));
      await make("one");
      for (const taken of ["file", "plain", "one"]) {
        await expect(make(taken)).rejects.toMatchObject({
          ...failed,
          details: expect.stringContaining("target path already exists"),
        });
      }
      await expect(make("no/such")).rejects.toMatchObject(noParent);
      await btrfs.deleteSubvolume(join(ground, "one"));
    },
  },
  {
    title: "a snapshot is the tree of one moment, whatever is written later",
    async run(ground) {
      const { btrfs } = ground;
      const { source, path } = await filled(ground);
      symlinkSync("project/a", join(source, "link"));
      const before = treeOf(source);
      await btrfs.snapshotReadOnly(source, path);
      writeFileSync(join(source, "project/a"), "after");
      writeFileSync(join(source, "new"), "new");
      expect(treeOf(path)).toEqual(before);
      expect(treeOf(source)).not.toEqual(before);
      await btrfs.deleteSubvolume(source);
      expect(readFileSync(join(path, "project/a"), "utf8")).toBe("before");
      await btrfs.deleteSubvolume(path);
    },
  },
  {
    title: "a snapshot of what is missing, or no subvolume, fails",
    async run(ground) {
      const { btrfs, directory } = ground;
      const root = directory();
      const take = (source: string, path = "snapshot") =>
        btrfs.snapshotReadOnly(join(root, source), join(root, path));
      mkdirSync(join(root, "plain"));
      await expect(take("missing")).rejects.toMatchObject(failed);
      await expect(take("plain")).rejects.toMatchObject({
        ...failed,
        details: expect.stringContaining("Not a Btrfs subvolume"),
      });
      await btrfs.createSubvolume(join(root, "one"));
      await expect(take("one", "no/such")).rejects.toMatchObject(noParent);
      writeFileSync(join(root, "file"), "1");
      await expect(take("one", "file")).rejects.toMatchObject({
        ...failed,
        details: expect.stringContaining("exists and it is not a directory"),
      });
      expect(readdirSync(root).filter((name) => name !== "os")).toEqual(
        expect.not.arrayContaining(["snapshot"]),
      );
      await btrfs.deleteSubvolume(join(root, "one"));
    },
  },
  {
    title: "a snapshot to a directory lands in it, to a snapshot fails",
    async run(ground) {
      const { btrfs, directory } = ground;
      const root = directory();
      const [one, plain] = [join(root, "one"), join(root, "plain")];
      await btrfs.createSubvolume(one);
      mkdirSync(plain);
      await btrfs.snapshotReadOnly(one, plain);
      expect(readdirSync(plain)).toEqual(["one"]);
      const again = btrfs.snapshotReadOnly(one, plain);
      await expect(again).rejects.toMatchObject(failed);
      const onto = btrfs.snapshotReadOnly(one, join(plain, "one"));
      await expect(onto).rejects.toMatchObject({
        ...failed,
        details: expect.stringContaining("Read-only file system"),
      });
      await btrfs.deleteSubvolume(join(plain, "one"));
      await btrfs.deleteSubvolume(one);
    },
  },
  {
    title: "nested subvolumes are listed; in a snapshot they are empty",
    async run(ground) {
      const { btrfs } = ground;
      const { source, path } = await filled(ground);
      mkdirSync(join(source, ".snapshots"));
      const inner = [".snapshots/one", "project/two"];
      for (const name of inner) {
        await btrfs.createSubvolume(join(source, name));
        writeFileSync(join(source, name, "file"), "inner");
      }
      const third = join(source, "project/two/three");
      await btrfs.createSubvolume(third);
      const nested = async (of: string) => (await btrfs.nested(of)).toSorted();
      expect(await nested(source)).toEqual(inner);
      expect(await nested(join(source, "project"))).toEqual(["two"]);
      expect(await nested(join(source, "project/two"))).toEqual(["three"]);
      expect(await nested(third)).toEqual([]);
      await btrfs.snapshotReadOnly(source, path);
      for (const name of inner) expect(treeOf(join(path, name))).toEqual([]);
      expect(await nested(path)).toEqual([]);
      await btrfs.deleteSubvolume(path);
      await expect(btrfs.deleteSubvolume(source)).rejects.toMatchObject({
        ...failed,
        details: expect.stringContaining("Directory not empty"),
      });
      expect(readFileSync(join(source, "project/a"), "utf8")).toBe("before");
      await btrfs.deleteSubvolume(third);
      for (const name of inner) await btrfs.deleteSubvolume(join(source, name));
      await btrfs.deleteSubvolume(source);
    },
  },
  {
    title: "what is no subvolume, or not there, is neither deleted nor listed",
    async run({ btrfs, directory }) {
      const root = directory();
      const [plain, file] = [join(root, "plain"), join(root, "file")];
      stageWith({ kept: "1" }, plain);
      writeFileSync(file, "1");
      for (const path of [plain, file, join(root, "missing")]) {
        const deleting = btrfs.deleteSubvolume(path);
        await expect(deleting).rejects.toMatchObject(failed);
      }
      expect(readFileSync(join(plain, "kept"), "utf8")).toBe("1");
      await expect(btrfs.nested(file)).rejects.toMatchObject(failed);
    },
  },
];

async function filled({ btrfs, directory }: Ground) {
  const root = directory();
  const [source, path] = [join(root, "source"), join(root, "snapshot")];
  await btrfs.createSubvolume(source);
  stageWith({ "project/a": "before", "project/empty/": "" }, source);
  return { source, path };
}
