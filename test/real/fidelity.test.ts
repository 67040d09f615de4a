/**
 * What comes back is what was there: everything hard about a tree, restored
 * by a host that never saw the project, compared bit for bit.
 */

import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { execa } from "execa";
import type { Job } from "../../conat-api/index.js";
import { mountBtrfs, type MountedFilesystem } from "../support/btrfs-image.js";
import { rsyncDiff, sparseBlocks } from "../support/compare.js";
import { startTestEngine, type TestEngine } from "../support/engine.js";
import { type HardTree, makeHardTree } from "../support/hard-tree.js";
import { startSecondHost } from "../support/second-host.js";
import { startSqliteWriter } from "../support/sqlite-writer.js";
import { tempDir } from "../support/temp.js";
import { describeReal } from "../support/tools.js";

const minutes = 60_000;
const id = "0f1e2d3c-4b5a-4678-9abc-def012345678";

async function checkDatabase(path: string): Promise<void> {
  const ask = (sql: string) => execa("sqlite3", [path, sql]);
  expect((await ask("PRAGMA integrity_check")).stdout).toBe("ok");
  const batches = "SELECT count(*) FROM (SELECT 1 FROM log GROUP BY batch)";
  expect(Number((await ask(batches)).stdout)).toBeGreaterThan(0);
  const torn =
    "SELECT count(*) FROM (SELECT 1 FROM log GROUP BY batch HAVING count(*) <> 10)";
  expect((await ask(torn)).stdout).toBe("0");
}

function expectRoot(path: string, { root }: HardTree): void {
  const { mode, uid, gid } = lstatSync(path);
  expect({ mode: mode & 0o7777, uid, gid }).toEqual(root);
}

/** Restores to a directory and in place on a second host. */
async function restoreTwice(first: TestEngine, job: Job, place: string) {
  const second = await startSecondHost(first);
  const paths = { subvolume: join(place, id), persist: join(place, "persist") };
  second.paths.set(id, paths);
  const backup_id = job.backup_id as string;
  const directory = join(second.root, "restored", "copy");
  const restore = async (
    target: { type: "in_place" } | { type: "directory"; path: string },
  ) => {
    const asked = { project_id: id, backup_id, target };
    const ended = await second.ended(
      (await second.local("restore", asked)).job,
    );
    expect(ended).toMatchObject({ state: "succeeded", warnings: [] });
  };
  await restore({ type: "directory", path: directory });
  await restore({ type: "in_place" });
  await second.close();
  return { directory: join(directory, "project"), inPlace: join(place, id) };
}

describeReal(
  "a btrfs project comes back as its snapshot was",
  { needs: ["btrfs", "rustic", "rsync", "setfattr", "setfacl", "sqlite3"] },
  () => {
    let image: MountedFilesystem;
    let engine: TestEngine;
    let subvolume: string;

    beforeAll(async () => {
      image = await mountBtrfs();
      engine = await startTestEngine({ projects: 0 });
      mkdirSync(join(image.path, "projects"));
      subvolume = join(image.path, "projects", id);
      await execa("btrfs", ["subvolume", "create", subvolume]);
      engine.paths.set(id, { subvolume });
    }, 2 * minutes);

    afterAll(async () => {
      await engine.close();
      await image.unmount();
    }, minutes);

    /** The snapshot that the job took: it is the project's base now. */
    function whatWasRead(
      { project_id, job_id }: Job,
      name: "project" | "persist",
    ): string {
      const base = engine.backups.tools.store.bases.get(project_id);
      expect(base).toMatchObject({ job_id });
      return join(String(base?.path), name);
    }

    test(
      "with everything hard in it and a database being written",
      async () => {
        const tree = await makeHardTree(subvolume);
        const writer = await startSqliteWriter(join(subvolume, "live.db"));
        const job = await engine.backup(id);
        await writer.stop();
        expect(job).toMatchObject({ source: "btrfs", warnings: [] });

        const place = join(image.path, "elsewhere");
        mkdirSync(place);
        const copies = await restoreTwice(engine, job, place);

        const snapshot = whatWasRead(job, "project");
        const sparse = relative(subvolume, tree.sparse);
        for (const copy of [copies.directory, copies.inPlace]) {
          expect(await rsyncDiff(snapshot, copy, { contents: true })).toEqual(
            [],
          );
          expectRoot(copy, tree);
          expect(sparseBlocks(join(copy, sparse)) * 512).toBeLessThan(
            64 * 1024 * 1024,
          );
          await checkDatabase(join(copy, "live.db"));
        }
        // A subvolume comes back as one.
        await execa("btrfs", ["subvolume", "show", copies.inPlace]);
      },
      5 * minutes,
    );

    test(
      "with a persist store elsewhere whose databases are in use",
      async () => {
        const persist = join(image.path, "persist");
        mkdirSync(join(persist, "deep"), { recursive: true });
        writeFileSync(join(persist, "plain"), "text");
        const writer = await startSqliteWriter(
          join(persist, "deep", "live.db"),
        );
        engine.paths.set(id, { subvolume, persist });
        const job = await engine.backup(id);
        await writer.stop();
        expect(job).toMatchObject({ state: "succeeded", warnings: [] });
        const second = await startSecondHost(engine);
        const place = join(image.path, "third");
        mkdirSync(place);
        const paths = {
          subvolume: join(place, id),
          persist: join(place, "persist-of-it"),
        };
        second.paths.set(id, paths);
        const asked = await second.local("restore", {
          project_id: id,
          backup_id: job.backup_id,
          target: { type: "in_place" },
        });
        expect(await second.ended(asked.job)).toMatchObject({
          state: "succeeded",
          warnings: [],
        });
        await second.close();
        const exclude = ["/deep"];
        expect(await rsyncDiff(persist, paths.persist, { exclude })).toEqual(
          [],
        );
        await checkDatabase(join(paths.persist, "deep", "live.db"));
      },
      minutes,
    );

    test(
      "with a persist store that is a subvolume",
      async () => {
        const persist = join(image.path, "persist-subvolume");
        await execa("btrfs", ["subvolume", "create", persist]);
        chmodSync(persist, 0o2710);
        chownSync(persist, 4711, 4712);
        const writer = await startSqliteWriter(join(persist, "live.db"));
        engine.paths.set(id, { subvolume, persist });
        const job = await engine.backup(id);
        // The store's place is taken already: it is swapped as the project is.
        await writer.stop();
        const asked = await engine.local("restore", {
          project_id: id,
          backup_id: job.backup_id,
          target: { type: "in_place" },
        });
        const restored = await engine.ended(asked.job);
        expect(restored).toMatchObject({ state: "succeeded", warnings: [] });
        const snapshot = whatWasRead(job, "persist");
        expect(await rsyncDiff(snapshot, persist)).toEqual([]);
        await checkDatabase(join(persist, "live.db"));
        await execa("btrfs", ["subvolume", "show", persist]);
      },
      minutes,
    );
  },
);

describeReal(
  "a plain directory comes back as it was",
  { needs: ["root", "rustic", "rsync", "setfattr", "setfacl", "sqlite3"] },
  () => {
    let engine: TestEngine;

    afterEach(() => engine.close());

    test(
      "with everything hard in it, and its persist store in use",
      async () => {
        const root = tempDir("live");
        const paths = {
          subvolume: join(root, "projects", id),
          persist: join(root, "persist", id),
        };
        mkdirSync(paths.subvolume, { recursive: true });
        mkdirSync(join(paths.persist, "deep"), { recursive: true });
        const tree = await makeHardTree(paths.subvolume);
        writeFileSync(join(paths.persist, "plain"), "text");
        engine = await startTestEngine({ projects: 0 });
        engine.paths.set(id, paths);
        const writer = await startSqliteWriter(
          join(paths.persist, "deep", "live.db"),
        );
        const job = await engine.backup(id);
        await writer.stop();
        expect(job).toMatchObject({ source: "live", warnings: [] });

        const place = tempDir("elsewhere");
        const copies = await restoreTwice(engine, job, place);
        const sparse = relative(paths.subvolume, tree.sparse);
        for (const copy of [copies.directory, copies.inPlace]) {
          expect(
            await rsyncDiff(paths.subvolume, copy, { contents: true }),
          ).toEqual([]);
          expectRoot(copy, tree);
          expect(sparseBlocks(join(copy, sparse)) * 512).toBeLessThan(
            64 * 1024 * 1024,
          );
        }
        const store = join(copies.directory, "..", "persist");
        await checkDatabase(join(store, "deep", "live.db"));
        const exclude = ["/deep"];
        expect(await rsyncDiff(paths.persist, store, { exclude })).toEqual([]);
        await execa("rm", ["-rf", "--", root, place]);
      },
      8 * minutes,
    );
  },
);
