/** Generations of many subvolumes at once, on real btrfs. */

import {
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { compareSnapshots } from "../../lib/source/changes/compare.js";
import {
  isUnwritten,
  readGenerations,
} from "../../lib/source/changes/generations.js";
import { parseSubvolumes } from "../../lib/source/subvolumes.js";
import {
  mountBtrfs,
  type MountedFilesystem,
  unmount,
} from "../support/btrfs-image.js";
import { keep, keepMount } from "../support/fixtures.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";
import { btrfs, makeProject, type ProjectGround } from "./changes-ground.js";

/** Counts what is asked of btrfs. */
function counting() {
  const asked: string[] = [];
  return {
    asked,
    sync(path: string) {
      asked.push("sync");
      return btrfs.sync(path);
    },
    list(path: string) {
      asked.push("list");
      return btrfs.list(path);
    },
  };
}

describe("a listing", () => {
  const one = "11111111-1111-4111-8111-111111111111";
  const two = "22222222-2222-4222-8222-222222222222";
  const lineOf = (id: number, uuid: string, path: string) =>
    `ID ${id} gen 9 cgen 8 top level 5 parent_uuid -   uuid ${uuid} path ${path}\n`;

  test("is read, with blanks in names and parents", () => {
    const snapshot = `ID 7 gen 8 cgen 8 top level 5 parent_uuid ${one} uuid ${two} path a b \n`;
    expect(parseSubvolumes(lineOf(6, one, "x  y") + snapshot)).toEqual([
      {
        ...{ id: 6, generation: 9, created_generation: 8 },
        ...{ uuid: one, parent_uuid: null, path: "x  y" },
      },
      {
        ...{ id: 7, generation: 8, created_generation: 8 },
        ...{ uuid: two, parent_uuid: one, path: "a b " },
      },
    ]);
  });

  test.each([
    ["path", lineOf(300, two, "victim")],
    ["id", lineOf(256, two, "other")],
    ["uuid", lineOf(300, one, "other")],
  ])("has no word on what two lines claim: the same %s", (_what, made) => {
    const listed = lineOf(256, one, "victim") + made;
    expect(parseSubvolumes(listed)).toEqual([]);
  });
});

describeReal("on btrfs", { needs: ["btrfs"] }, () => {
  let image: MountedFilesystem;

  beforeAll(async () => {
    image = await mountBtrfs({ sizeBytes: 2 * 1024 ** 3 });
  });
  afterAll(() => image.unmount());

  async function isUnchanged({ project, base }: ProjectGround) {
    const found = await readGenerations([project, base], btrfs);
    expect(found.size).toBe(2);
    return isUnwritten(found.get(project), found.get(base));
  }

  test("are equal until something is written, synced or not", async () => {
    const ground = await makeProject(image.path);
    expect(await isUnchanged(ground)).toBe(true);
    writeFileSync(join(ground.project, "file"), "1");
    expect(await isUnchanged(ground)).toBe(false);
    const again = { ...ground, base: ground.snapshot };
    await btrfs.snapshotReadOnly(ground.project, ground.snapshot);
    expect(await isUnchanged(again)).toBe(true);
    await btrfs.snapshotReadOnly(ground.project, `${ground.base}-rolling`);
    expect(await isUnchanged(again)).toBe(false);
  });

  test("show a write in the moment in which a base was copied", async () => {
    const { project, base } = await makeProject(image.path);
    // Bytes would only be written out by the sync that comes later.
    mkdirSync(join(project, "new"));
    await btrfs.snapshotReadOnly(base, `${base}-copy`);
    const paths = [project, base, `${base}-copy`];
    const found = await readGenerations(paths, btrfs);
    const [live, ...kept] = paths.map((path) => found.get(path));
    for (const one of kept) {
      // What must not be compared.
      expect(one?.generation).toBe(live?.generation);
      expect(isUnwritten(live, one)).toBe(false);
    }
  });

  test("are unknown where a file system does not answer, and it is told", async () => {
    const { project } = await makeProject(image.path);
    const failed: string[] = [];
    const deaf = {
      list: btrfs.list,
      sync: () => Promise.reject(new Error("no answer")),
    };
    const onFailure = (paths: readonly string[]) => void failed.push(...paths);
    const found = await readGenerations([project], deaf, { onFailure });
    expect([...found]).toEqual([]);
    expect(failed).toEqual([project]);
  });

  test("of a restored subvolume are not those of the one before", async () => {
    const one = await makeProject(image.path);
    const two = await makeProject(image.path);
    const found = await readGenerations([one.project, two.base], btrfs);
    expect(found.size).toBe(2);
    const [live, base] = [...found.values()];
    expect(
      isUnwritten(
        live,
        base && { ...base, created_generation: live?.generation ?? 0 },
      ),
    ).toBe(false);
    expect(isUnwritten(undefined, undefined)).toBe(false);
  });

  test("are those that btrfs itself shows of each", async () => {
    const { project, base } = await makeProject(image.path);
    const found = await readGenerations([project, base], btrfs);
    for (const path of [project, base]) {
      const one = found.get(path);
      const { stdout } = await execa("btrfs", ["subvolume", "show", path]);
      const shown = (label: string) =>
        new RegExp(`^\t${label}:\\s+(\\S+)$`, "m").exec(stdout)?.[1];
      expect(shown("Generation")).toBe(String(one?.generation));
      expect(shown("Gen at creation")).toBe(String(one?.created_generation));
      expect(shown("UUID")).toBe(one?.uuid);
      expect(shown("Parent UUID")).toBe(one?.parent_uuid ?? "-");
    }
    expect(found.get(base)?.parent_uuid).toBe(found.get(project)?.uuid);
  });

  test("what is no subvolume is left out, and links are not followed", async () => {
    const { project, base } = await makeProject(image.path);
    const names = ["directory", "file", "link", "missing/deep"];
    const [directory = "", file = "", link = "", missing = ""] = names.map(
      (name) => join(project, "..", name),
    );
    mkdirSync(directory);
    writeFileSync(file, "1");
    symlinkSync(base, link);
    const asked = [directory, file, link, missing, tempDir("elsewhere"), base];
    const found = await readGenerations(asked, btrfs);
    expect([...found.keys()]).toEqual([base]);
  });

  test("one sync and one list tell of all, by whatever path", async () => {
    const grounds = [];
    for (let at = 0; at < 5; at += 1) {
      grounds.push(await makeProject(image.path));
    }
    const linked = join(tempDir("linked"), "image");
    symlinkSync(image.path, linked);
    const paths = grounds.flatMap(({ project, base }) => [
      project,
      base.replace(image.path, linked),
    ]);
    const counted = counting();
    const found = await readGenerations(paths, counted);
    expect([...found.keys()]).toEqual(paths);
    expect(counted.asked).toEqual(["sync", "list"]);
  });

  test("a subvolume that is mounted elsewhere is found there too", async () => {
    const { project } = await makeProject(image.path);
    const { source } = JSON.parse(
      (await execa("findmnt", ["-J", image.path])).stdout,
    ).filesystems[0] as { source: string };
    const mounted = tempDir("mounted");
    const subvolume = project.slice(image.path.length + 1);
    await execa("mount", ["-o", `subvol=${subvolume}`, source, mounted]);
    const kept = keepMount(mounted);
    try {
      const counted = counting();
      const found = await readGenerations([project, mounted], counted);
      expect(found.get(mounted)).toEqual(found.get(project));
      expect(found.size).toBe(2);
      expect(counted.asked).toEqual(["sync", "list"]);
    } finally {
      await unmount(mounted);
      kept.release();
    }
  });

  test("each file system is asked once", async () => {
    const other = await mountBtrfs({ sizeBytes: 512 * 1024 ** 2 });
    try {
      const one = await makeProject(image.path);
      const two = await makeProject(other.path);
      const paths = [one.project, two.project, one.base, two.base];
      const counted = counting();
      const found = await readGenerations(paths, counted);
      expect([...found.keys()].toSorted()).toEqual(paths.toSorted());
      expect(counted.asked).toEqual(["sync", "list", "sync", "list"]);
    } finally {
      await other.unmount();
    }
  });

  test("a name with a line in it speaks of no other subvolume", async () => {
    const { project, base } = await makeProject(image.path);
    writeFileSync(join(project, "file"), "changed");
    const generation = (await readGenerations([base], btrfs)).get(
      base,
    )?.generation;
    const uuid = "33333333-3333-4333-8333-333333333333";
    const line = `ID 9999 gen ${generation} cgen 7 top level 5 parent_uuid - uuid ${uuid}`;
    const folder = dirname(project).slice(image.path.length + 1);
    // No name has a slash, but a subvolume in it gives it one.
    const made = join(image.path, `x\n${line} path ${folder}`);
    for (const path of [made, join(made, "project")]) {
      await btrfs.createSubvolume(path);
    }
    const found = await readGenerations([project, base], btrfs);
    expect([...found.keys()]).toEqual([base]);
    await btrfs.deleteSubvolume(project);
    mkdirSync(project);
    expect((await readGenerations([project], btrfs)).size).toBe(0);
    await btrfs.deleteSubvolume(join(made, "project"));
    await btrfs.deleteSubvolume(made);
  });

  test("a base whose directory was renamed is found at its new place", async () => {
    const { project } = await makeProject(image.path);
    const [from, to] = [join(image.path, "from"), join(image.path, "to")];
    mkdirSync(from);
    await btrfs.snapshotReadOnly(project, join(from, "base"));
    renameSync(from, to);
    const asked = [join(from, "base"), join(to, "base")];
    const found = await readGenerations(asked, btrfs);
    expect([...found.keys()]).toEqual([join(to, "base")]);
  });

  test("no write is missed in one hundred races with it", async () => {
    const ground = await makeProject(image.path, (project) =>
      writeFileSync(join(project, "file"), ""),
    );
    const file = (tree: string) => readFileSync(join(tree, "file"), "utf8");
    const writer = startWriter(join(ground.project, "file"));
    const seen = { equal: 0, changed: 0, unchanged: 0, differs: 0, missed: 0 };
    try {
      for (let round = 0; round < 100; round += 1) {
        // Each third one shows that equal is said at all, however slow this is.
        writer.pause(round % 3 === 0);
        await race(`${ground.base}-${round}`, `${ground.snapshot}-${round}`);
      }
    } finally {
      await writer.end();
    }
    expect(seen.missed).toBe(0);
    for (const often of Object.values({ ...seen, missed: 1 })) {
      expect(often).toBeGreaterThan(0);
    }

    async function race(base: string, later: string): Promise<void> {
      const { project } = ground;
      await btrfs.snapshotReadOnly(project, base);
      await sleep(Math.random() * 20);
      const before = file(project);
      const found = await readGenerations([project, base], btrfs);
      const [live, kept] = [found.get(project), found.get(base)];
      if (!live || !kept) throw new Error("a generation is missing");
      const isEqual = isUnwritten(live, kept);
      seen[isEqual ? "unchanged" : "changed"] += 1;
      if (isEqual && before !== file(base)) seen.missed += 1;
      await btrfs.snapshotReadOnly(project, later);
      const asked = { base, snapshot: later, btrfs, limit: 1 as const };
      const { changes } = await compareSnapshots(asked);
      seen[changes === 0 ? "equal" : "differs"] += 1;
      if ((changes === 0) !== (file(base) === file(later))) seen.missed += 1;
      await btrfs.deleteSubvolume(base);
      await btrfs.deleteSubvolume(later);
    }
  }, 60_000);
});

/** Writes at times of its own, and syncs some of it. */
function startWriter(path: string) {
  const script = `while :; do
    echo $RANDOM >> "$1"
    [ $((RANDOM % 3)) = 0 ] && sync "$1"
    sleep 0.$((RANDOM % 2))$((RANDOM % 10))
  done`;
  const child = execa("bash", ["-c", script, "bash", path], {
    ...{ reject: false, detached: true },
  });
  const pid = child.pid ?? 0;
  const kept = keep(pid);
  return {
    pause(isPaused: boolean): void {
      process.kill(-pid, isPaused ? "SIGSTOP" : "SIGCONT");
    },
    async end(): Promise<void> {
      process.kill(-pid, "SIGKILL");
      await child;
      kept.release();
    },
  };
}
