/** What a backup reads, counts and leaves in the repository. */

import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { excludeGlob } from "../../../lib/repository/index.js";
import { tempDir } from "../../support/temp.js";
import type { Contract } from "./ground.js";
import { readSnapshot } from "./snapshot.js";
import {
  backUp,
  idsOf,
  job_id,
  mixedBytes,
  mixedFiles,
  mixedStage,
  project_id,
  restoreInto,
  stageWith,
  treeOf,
} from "./stage.js";

export const backups: Contract[] = [
  {
    title: "a backup is listed, and read back as it was reported",
    async run({ made }) {
      const one = await made();
      const before = Date.now();
      const result = await backUp(one, mixedStage());
      const after = Date.now();
      expect(result).toMatchObject({
        files: mixedFiles,
        bytes_processed: mixedBytes,
        warnings: [],
      });
      expect(result.bytes_added).toBeGreaterThan(0);
      expect(await idsOf(one)).toEqual([result.backup_id]);
      const repository = await one.repositories.open();
      const found = await repository.read([result.backup_id]);
      const [read, ...others] = found.backups;
      expect(others).toEqual([]);
      expect(read).toMatchObject({
        backup_id: result.backup_id,
        ...{ project_id, job_id },
        files: result.files,
        size_bytes: result.bytes_processed,
        added_bytes: result.bytes_added,
      });
      expect(read?.time).toBeGreaterThanOrEqual(before);
      expect(read?.time).toBeLessThanOrEqual(after);
      expect(read?.duration_ms).toBeGreaterThanOrEqual(0);
    },
  },
  {
    title: "the tag, the host and the path are kept as they were given",
    async run({ made }) {
      const one = await made();
      const { backup_id } = await backUp(one, mixedStage());
      const snapshot = await readSnapshot(one, backup_id);
      expect(snapshot).toMatchObject({
        id: backup_id,
        hostname: project_id,
        tags: [`job=${job_id}`],
        paths: ["."],
        parents: [],
        summary: {
          files_new: mixedFiles,
          total_files_processed: mixedFiles,
          // With the root of the tree, which is not kept.
          total_dirs_processed: 5,
        },
      });
    },
  },
  {
    title: "globs keep out what they name with all below it, nothing else",
    async run({ made }) {
      const odd = [
        "a*b",
        "tail ",
        "two\nlines",
        "[x]{y}",
        "back\\slash",
        "!no",
      ];
      const stage = stageWith({
        "project/.snapshots/one/file": "1",
        "project/.snapshots/kept": "2",
        "project/axb": "3",
        "project/x": "4",
        ...Object.fromEntries(odd.map((name) => [`project/${name}`, "odd"])),
      });
      const globFile = join(tempDir("globs"), "globs");
      const named = [".snapshots/one", ...odd].map((name) => `project/${name}`);
      writeFileSync(
        globFile,
        named.map((name) => `${excludeGlob(name)}\n`).join(""),
      );
      const one = await made();
      const { backup_id, files } = await backUp(one, stage, { globFile });
      expect(files).toBe(3);
      const target = tempDir("target");
      await restoreInto(one, backup_id, target);
      expect(namesIn(target)).toEqual(
        namesIn(stage).filter(
          (path) => !named.some((name) => path.startsWith(name)),
        ),
      );
    },
  },
  {
    title: "another name can stand for the directory that is read",
    async run({ made }) {
      const one = await made();
      const stage = stageWith({ "project/sub/a": "a" });
      const { backup_id } = await backUp(one, join(stage, "project"), {
        source: [".", "--as-path", "/project"],
      });
      expect((await readSnapshot(one, backup_id)).paths).toEqual(["/project"]);
      const target = tempDir("target");
      await restoreInto(one, backup_id, target);
      expect(namesIn(target)).toEqual([
        ...["project", "project/sub", "project/sub/a"],
      ]);
      expect(treeOf(join(target, "project"))).toEqual(
        treeOf(join(stage, "project")),
      );
    },
  },
  {
    title: "an empty project is a backup too",
    async run({ made }) {
      const one = await made();
      const result = await backUp(one, stageWith({}));
      expect(result).toMatchObject({ files: 0, bytes_processed: 0 });
      expect(await idsOf(one)).toEqual([result.backup_id]);
    },
  },
  {
    title: "two at once, of two projects, are both there afterwards",
    async run({ made }) {
      const one = await made();
      const second = "5f1d7a3e-0b52-4c41-9c1e-7d0a4f8e2b12";
      const [a, b] = await Promise.all([
        backUp(one, mixedStage()),
        backUp(one, mixedStage(), { project_id: second }),
      ]);
      const repository = await one.repositories.open();
      const read = await repository.read([a.backup_id, b.backup_id]);
      expect(
        read.backups
          .map((each) => [each.backup_id, each.project_id])
          .toSorted(),
      ).toEqual(
        [
          [a.backup_id, project_id],
          [b.backup_id, second],
        ].toSorted(),
      );
      expect((await repository.ids()).toSorted()).toEqual(
        [a.backup_id, b.backup_id].toSorted(),
      );
    },
  },
  {
    title: "progress ends with all bytes, and knows their number beforehand",
    async run({ made }) {
      const told: { done: number; total?: number }[] = [];
      const onBytes = (bytes: { done: number; total?: number }) =>
        void told.push(bytes);
      const one = await made();
      await backUp(one, mixedStage(), { onBytes });
      expect(told[0]).toMatchObject({ done: 0 });
      expect(told[0]?.total).toBeGreaterThanOrEqual(mixedBytes);
      expect(told.at(-1)?.done).toBe(mixedBytes);
    },
  },
];

function namesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true }).map(String).toSorted();
}
