/** What a backup takes over from the one before. */

import { chmodSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contract } from "./ground.js";
import { readSnapshot } from "./snapshot.js";
import { tempDir } from "../../support/temp.js";
import {
  backUp,
  idsOf,
  mixedFiles,
  mixedStage,
  restoreInto,
  stageWith,
  treeOf,
} from "./stage.js";

const unknownId = "ab".repeat(32);

export const parents: Contract[] = [
  {
    title: "what did not change since its parent is unmodified, and adds less",
    async run({ made }) {
      const one = await made();
      const stage = mixedStage();
      const first = await backUp(one, stage);
      const parent = first.backup_id;
      chmodSync(join(stage, "project/empty"), 0o700);
      const second = await backUp(one, stage, { parent });
      expect(second.files).toBe(mixedFiles);
      expect(second.backup_id).not.toBe(parent);
      expect(second.bytes_added).toBeLessThan(first.bytes_added);
      expect((await idsOf(one)).toSorted()).toEqual(
        [parent, second.backup_id].toSorted(),
      );
      const { parents, summary } = await readSnapshot(one, second.backup_id);
      expect(parents).toEqual([parent]);
      expect(summary).toMatchObject({ files_unmodified: mixedFiles });
    },
  },
  {
    title: "an unmodified link counts with its length, a new one does not",
    async run({ made }) {
      const one = await made();
      const stage = stageWith({});
      symlinkSync("1234567", join(stage, "project/link"));
      const { backup_id, bytes_processed } = await backUp(one, stage);
      expect(bytes_processed).toBe(0);
      const again = await backUp(one, stage, { parent: backup_id });
      expect(again.bytes_processed).toBe(7);
    },
  },
  {
    title: "a file of the same size and time is changed if it was written to",
    async run({ made }) {
      const one = await made();
      const stage = stageWith({ "project/a": "one", "project/b": "same" });
      const { backup_id } = await backUp(one, stage);
      stageWith({ "project/a": "two" }, stage);
      chmodSync(join(stage, "project/b"), 0o600);
      const next = await backUp(one, stage, { parent: backup_id });
      const { summary } = await readSnapshot(one, next.backup_id);
      expect(summary).toMatchObject({ files_changed: 2, files_unmodified: 0 });
      const target = tempDir("target");
      await restoreInto(one, next.backup_id, target);
      expect(treeOf(target)).toEqual(treeOf(stage));
    },
  },
  {
    title: "a changed and a new file are told from the others",
    async run({ made }) {
      const one = await made();
      const stage = mixedStage();
      const { backup_id } = await backUp(one, stage);
      writeFileSync(join(stage, "project/notes.txt"), "other notes\n");
      writeFileSync(join(stage, "project/new.txt"), "new\n");
      const next = await backUp(one, stage, { parent: backup_id });
      expect((await readSnapshot(one, next.backup_id)).summary).toMatchObject({
        files_new: 1,
        files_changed: 1,
        files_unmodified: mixedFiles - 1,
      });
      expect(next.bytes_added).toBeGreaterThan(0);
    },
  },
  {
    title: "a parent that is not there, or damaged, is none",
    async run({ made }) {
      const one = await made();
      const stage = mixedStage();
      const before = await backUp(one, stage);
      const lost = await backUp(one, stage, { parent: unknownId });
      expect((await readSnapshot(one, lost.backup_id)).parents).toEqual([]);
      truncateSync(join(one.path, "snapshots", before.backup_id), 10);
      const cut = await backUp(one, stage, { parent: before.backup_id });
      expect(cut.files).toBe(mixedFiles);
      expect((await readSnapshot(one, cut.backup_id)).parents).toEqual([]);
    },
  },
  {
    title: "without a parent the newest of the same project is one",
    async run({ made }) {
      const one = await made();
      const stage = mixedStage();
      await backUp(one, stage);
      const newest = await backUp(one, stage);
      const other = { project_id: "5f1d7a3e-0b52-4c41-9c1e-7d0a4f8e2b12" };
      const theirs = await backUp(one, stage, other);
      expect((await readSnapshot(one, theirs.backup_id)).parents).toEqual([]);
      const next = await backUp(one, stage);
      expect((await readSnapshot(one, next.backup_id)).parents).toEqual([
        newest.backup_id,
      ]);
    },
  },
];
