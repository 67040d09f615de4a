/** btrfs: what changed in a subvolume since a snapshot of it. */

import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  compareSnapshots,
  type Limit,
} from "../../../lib/source/changes/compare.js";
import { isUnwritten } from "../../../lib/source/changes/generations.js";
import type { Subvolume } from "../../../lib/source/subvolumes.js";
import type { Contract, Ground } from "./ground.js";
import { stageWith } from "./stage.js";

const failed = { code: "FILESYSTEM_FAILED" };
const all: Limit = { records: 10_000, ms: 60_000 };
const equal = { changes: 0, more: false };

type Act = (source: string, ground: Ground) => unknown;

const changing: Readonly<Record<string, Act>> = {
  "a write": (at) => appendFileSync(join(at, "project/a"), "x"),
  "a rewrite": (at) => writeFileSync(join(at, "project/a"), "behind"),
  "a touch": (at) => utimesSync(join(at, "project/a"), 1, 1),
  "a chmod": (at) => chmodSync(join(at, "project/a"), 0o600),
  "a chmod of a directory": (at) => chmodSync(join(at, "project"), 0o700),
  "a rename": (at) => renameSync(join(at, "project/a"), join(at, "b")),
  "a delete": (at) => unlinkSync(join(at, "project/a")),
  "a delete of a tree": (at) =>
    rmSync(join(at, "project"), { recursive: true }),
  "a new directory": (at) => mkdirSync(join(at, "new")),
  "a new file": (at) => writeFileSync(join(at, "project/new"), ""),
  "a new link": (at) => symlinkSync("nowhere", join(at, "new")),
  "a nested subvolume": (at, { btrfs }) =>
    btrfs.createSubvolume(join(at, "project/nested")),
};

export const changes: Contract[] = [
  {
    title: "nothing was written: equal, by generation and by comparison",
    async run(ground) {
      const { source, base, later } = await kept(ground);
      expect(await unwritten(ground, source, base)).toBe(true);
      await ground.btrfs.snapshotReadOnly(source, later);
      expect(await compared(ground, { base, later })).toEqual(equal);
      await remove(ground, [source, base, later]);
    },
  },
  {
    title: "a rolling snapshot: written, by generation; equal, by comparison",
    async run(ground) {
      const { source, base, later } = await kept(ground);
      const rolling = join(source, ".snapshots/one");
      await ground.btrfs.snapshotReadOnly(source, rolling);
      expect(await unwritten(ground, source, base)).toBe(false);
      await ground.btrfs.snapshotReadOnly(source, later);
      expect(await compared(ground, { base, later })).toEqual(equal);
      await remove(ground, [rolling, source, base, later]);
    },
  },
  ...Object.entries(changing).map(([what, act]) => ({
    title: `${what} is seen, by generation and by comparison`,
    run: (ground: Ground) => expectSeen(ground, act),
  })),
  {
    title: "what is excluded is no change, what comes out of it is one",
    async run(ground) {
      const { source, base, later } = await kept(ground);
      const isExcluded = (path: Buffer) => path.toString() === "project";
      writeFileSync(join(source, "project/new"), "1");
      unlinkSync(join(source, "project/a"));
      await ground.btrfs.snapshotReadOnly(source, later);
      const asked = { base, isExcluded };
      expect(await compared(ground, { ...asked, later })).toEqual(equal);
      renameSync(join(source, "project/new"), join(source, "new"));
      const last = `${later}-2`;
      await ground.btrfs.snapshotReadOnly(source, last);
      const { changes: count } = await compared(ground, {
        ...asked,
        later: last,
      });
      expect(count).toBeGreaterThan(0);
      await remove(ground, [source, base, later, last]);
    },
  },
  {
    title: "a snapshot's generation stays, until one is taken of it",
    async run(ground) {
      const { source, base, later } = await kept(ground);
      const before = await shown(ground, base);
      mkdirSync(join(source, "new"));
      expect(await shown(ground, base)).toEqual(before);
      await ground.btrfs.snapshotReadOnly(base, later);
      const after = await shown(ground, base);
      expect(after.generation).toBeGreaterThan(before.generation);
      expect({ ...after, generation: before.generation }).toEqual(before);
      const copy = await shown(ground, later);
      expect(copy.parent_uuid).toBe(before.uuid);
      expect(await unwritten(ground, source, base)).toBe(false);
      await remove(ground, [source, base, later]);
    },
  },
  {
    title: "a listing has all, whatever of the file system is named",
    async run(ground) {
      const { source, base } = await kept(ground);
      const listed = await ground.btrfs.list(source);
      expect(await ground.btrfs.list(base)).toEqual(listed);
      const [live, taken] = [source, base].map((path) => named(listed, path));
      expect(live?.parent_uuid).toBeNull();
      expect(taken?.parent_uuid).toBe(live?.uuid);
      await remove(ground, [source, base]);
    },
  },
  {
    title: "another subvolume with the same files is another tree",
    async run(ground) {
      const root = ground.directory();
      const one = await kept(ground, join(root, "one-"));
      const two = await kept(ground, join(root, "two-"));
      const asked = { base: one.base, later: two.base };
      const { changes: count } = await compared(ground, asked);
      expect(count).toBeGreaterThan(0);
      // As one that takes the place of the other.
      expect(await unwritten(ground, two.source, one.base)).toBe(false);
      await remove(
        ground,
        [one, two].flatMap((of) => [of.source, of.base]),
      );
    },
  },
  {
    title: "only read-only snapshots are compared, and only what is there",
    async run(ground) {
      const { source, base } = await kept(ground);
      const send = ([from, to]: readonly [string, string]) =>
        ground.btrfs.send(from, to, () => {});
      for (const pair of [
        [base, source],
        [source, base],
        [`${base}/no`, base],
        [base, `${base}/no`],
        [base, join(base, "project")],
      ] as const) {
        await expect(send(pair)).rejects.toMatchObject(failed);
      }
      await expect(ground.btrfs.sync(`${base}/no`)).rejects.toMatchObject(
        failed,
      );
      await remove(ground, [source, base]);
    },
  },
];

async function expectSeen(ground: Ground, act: Act): Promise<void> {
  const { source, base, later } = await kept(ground);
  await act(source, ground);
  expect(await unwritten(ground, source, base)).toBe(false);
  await ground.btrfs.snapshotReadOnly(source, later);
  const asked = { base, later };
  const { changes: count, more } = await compared(ground, asked);
  expect(count).toBeGreaterThan(0);
  expect(more).toBe(false);
  const first = await compared(ground, { ...asked, limit: 1 });
  expect(first).toEqual({ changes: 1, more: true });
  await remove(ground, [base, later]);
  await removeWithNested(ground, source);
}

async function kept({ btrfs, directory }: Ground, begin = `${directory()}/`) {
  const [source, base] = [`${begin}source`, `${begin}base`];
  await btrfs.createSubvolume(source);
  stageWith({ "project/a": "before", "project/empty/": "" }, source);
  mkdirSync(join(source, ".snapshots"));
  await btrfs.snapshotReadOnly(source, base);
  return { source, base, later: `${begin}later` };
}

function compared(
  { btrfs }: Ground,
  {
    base,
    later,
    limit = all,
    ...more
  }: {
    base: string;
    later: string;
    limit?: Limit;
    isExcluded?: (path: Buffer) => boolean;
  },
) {
  return compareSnapshots({ base, snapshot: later, btrfs, limit, ...more });
}

/** As a host asks it of all its projects. */
async function unwritten(
  { btrfs }: Ground,
  source: string,
  base: string,
): Promise<boolean> {
  await btrfs.sync(source);
  const listed = await btrfs.list(source);
  return isUnwritten(named(listed, source), named(listed, base));
}

/** btrfs names paths from the top of the file system. */
function named(listed: Subvolume[], path: string): Subvolume {
  const [one] = listed
    .filter((subvolume) => path.endsWith(`/${subvolume.path}`))
    .toSorted((a, b) => b.path.length - a.path.length);
  if (!one) throw new Error(`${path} is not listed`);
  return one;
}

async function shown({ btrfs }: Ground, path: string): Promise<Subvolume> {
  await btrfs.sync(path);
  return named(await btrfs.list(path), path);
}

async function remove({ btrfs }: Ground, paths: string[]): Promise<void> {
  for (const path of paths) await btrfs.deleteSubvolume(path);
}

async function removeWithNested(ground: Ground, path: string): Promise<void> {
  const nested = await ground.btrfs.nested(path);
  await remove(ground, [...nested.map((one) => join(path, one)), path]);
}
