/** Removing what a job made: never a project, whatever goes wrong. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { createBtrfs } from "../../lib/source/btrfs.js";
import { removeTree } from "../../lib/source/remove.js";
import {
  mountBtrfs,
  type MountedFilesystem,
  unmount,
} from "../support/btrfs-image.js";
import { keepMount } from "../support/fixtures.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";

const environment = { PATH: process.env.PATH ?? "" };
const btrfs = createBtrfs({ program: "btrfs", privileged: [], environment });

test("a tree goes, and what its symbolic links point to stays", async () => {
  const root = tempDir("remove");
  const project = join(root, "project");
  mkdirSync(project);
  writeFileSync(join(project, "precious"), "data");
  const stage = join(root, "stage");
  mkdirSync(join(stage, "deep"), { recursive: true });
  symlinkSync(project, join(stage, "deep", "link"));
  writeFileSync(Buffer.from(join(stage, "\u00e9"), "latin1"), "not UTF-8");
  await removeTree(stage, btrfs);
  expect(existsSync(stage)).toBe(false);
  expect(readdirSync(project)).toEqual(["precious"]);
});

test("what is not there is no failure", async () => {
  const absent = join(tempDir("remove"), "absent");
  await expect(removeTree(absent, btrfs)).resolves.toBeUndefined();
});

describeReal("with mounts", { needs: ["root"] }, () => {
  test.each(["below", "at"])(
    "nothing is removed while something is mounted %s it",
    async (where) => {
      const root = tempDir("mounted");
      const project = join(root, "project");
      mkdirSync(project);
      writeFileSync(join(project, "precious"), "data");
      const stage = join(root, "work with space", "stage");
      const target = where === "at" ? stage : join(stage, "project");
      mkdirSync(target, { recursive: true });
      await execa("mount", ["--bind", project, target]);
      const kept = keepMount(target);
      try {
        await expect(removeTree(stage, btrfs)).rejects.toMatchObject({
          code: "FILESYSTEM_FAILED",
        });
        expect(readdirSync(project)).toEqual(["precious"]);
      } finally {
        await unmount(target);
        kept.release();
      }
      await removeTree(stage, btrfs);
      expect(readdirSync(project)).toEqual(["precious"]);
    },
  );
});

describeReal("with links and mounts", { needs: ["root"] }, () => {
  test("a mount is seen by whatever path its place is called", async () => {
    const root = tempDir("linked");
    const project = join(root, "project");
    const target = join(root, "real", "stage", "project");
    for (const path of [project, target]) mkdirSync(path, { recursive: true });
    writeFileSync(join(project, "precious"), "data");
    symlinkSync("real", join(root, "link"));
    await execa("mount", ["--bind", project, target]);
    const kept = keepMount(target);
    try {
      const stage = join(root, "link", "stage");
      await expect(removeTree(stage, btrfs)).rejects.toMatchObject({
        code: "FILESYSTEM_FAILED",
      });
      expect(readdirSync(project)).toEqual(["precious"]);
    } finally {
      await unmount(target);
      kept.release();
    }
  });
});

test("a link goes, and not what it leads to", async () => {
  const root = tempDir("remove");
  mkdirSync(join(root, "project"));
  symlinkSync("project", join(root, "link"));
  await removeTree(join(root, "link"), btrfs);
  expect(readdirSync(root)).toEqual(["project"]);
});

describeReal("on btrfs", { needs: ["btrfs"] }, () => {
  let image: MountedFilesystem;

  beforeAll(async () => {
    image = await mountBtrfs({ sizeBytes: 512 * 1024 * 1024 });
  });
  afterAll(() => image.unmount());

  test("subvolumes within subvolumes go with the tree", async () => {
    const top = join(image.path, "kept");
    mkdirSync(top);
    const project = join(top, "project");
    await btrfs.createSubvolume(project);
    mkdirSync(join(project, ".snapshots"));
    await btrfs.snapshotReadOnly(project, join(project, ".snapshots", "one"));
    await btrfs.createSubvolume(join(project, "own"));
    await btrfs.createSubvolume(join(project, "own", "inner"));
    expect((await btrfs.nested(project)).toSorted()).toEqual([
      ".snapshots/one",
      "own",
    ]);
    await removeTree(top, btrfs);
    expect(existsSync(top)).toBe(false);
  });

  test("what is mounted while it goes on is not entered", async () => {
    const top = join(image.path, "meanwhile");
    const late = join(top, "late");
    mkdirSync(top);
    // Read in the order in which they were made.
    await btrfs.createSubvolume(join(top, "first"));
    mkdirSync(late);
    const mounting = {
      ...btrfs,
      async deleteSubvolume(path: string) {
        await btrfs.deleteSubvolume(path);
        await execa("mount", ["-t", "tmpfs", "tmpfs", late]);
        writeFileSync(join(late, "precious"), "data");
      },
    };
    const kept = keepMount(late);
    try {
      await expect(removeTree(top, mounting)).rejects.toMatchObject({
        code: "FILESYSTEM_FAILED",
      });
      expect(readdirSync(late)).toEqual(["precious"]);
    } finally {
      await unmount(late);
      kept.release();
    }
  });

  test("a failing btrfs leaves the subvolume and says so", async () => {
    const project = join(image.path, "stays");
    await btrfs.createSubvolume(project);
    const broken = createBtrfs({
      program: "false",
      privileged: [],
      environment,
    });
    await expect(removeTree(project, broken)).rejects.toMatchObject({
      code: "FILESYSTEM_FAILED",
    });
    expect(existsSync(project)).toBe(true);
  });
});
