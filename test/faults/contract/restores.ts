/** A restore brings back what the backup holds. */

import {
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";
import { tempDir } from "../../support/temp.js";
import type { Contract } from "./ground.js";
import {
  backUp,
  mixedBytes,
  mixedStage,
  restoreInto,
  stageWith,
  treeOf,
} from "./stage.js";

export const restores: Contract[] = [
  {
    title: "project and persist come back: files, modes, times, links",
    async run({ made }) {
      const one = await made();
      const stage = stageWith({ "persist/db": "rows" }, mixedStage());
      const { backup_id } = await backUp(one, stage);
      const target = join(tempDir("target"), "inner");
      const result = await restoreInto(one, backup_id, target);
      expect(treeOf(target)).toEqual(treeOf(stage));
      // Links are counted by a backup, not by a restore.
      expect(result).toEqual({
        files: 3,
        bytes_processed: mixedBytes + 4,
        warnings: [],
      });
    },
  },
  {
    title: "empty directories that are there already are filled",
    async run({ made, btrfs, directory }) {
      const one = await made();
      const stage = mixedStage();
      const { backup_id } = await backUp(one, stage);
      const target = directory();
      await btrfs.createSubvolume(join(target, "project"));
      mkdirSync(join(target, "persist"));
      await restoreInto(one, backup_id, target);
      expect(treeOf(join(target, "project"))).toEqual(
        treeOf(join(stage, "project")),
      );
      await btrfs.deleteSubvolume(join(target, "project"));
    },
  },
  {
    title: "an older backup holds what was there then",
    async run({ made }) {
      const one = await made();
      const stage = stageWith({ "project/a": "before" });
      const { backup_id } = await backUp(one, stage);
      stageWith({ "project/a": "after!" }, stage);
      await backUp(one, stage, { parent: backup_id });
      const target = tempDir("target");
      await restoreInto(one, backup_id, target);
      expect(readFileSync(join(target, "project/a"), "utf8")).toBe("before");
    },
  },
  {
    title: "a link where the backup has one stays, and is warned of",
    async run({ made }) {
      const one = await made();
      const { backup_id } = await backUp(one, mixedStage());
      const target = tempDir("target");
      mkdirSync(join(target, "project"));
      symlinkSync("elsewhere", join(target, "project/link"));
      const { warnings } = await restoreInto(one, backup_id, target);
      expect(warnings).toMatchObject([{ path: "project/link" }]);
    },
  },
  {
    title: "a backup that is not there, or damaged, leaves nothing",
    async run({ made }) {
      const one = await made();
      const { backup_id } = await backUp(one, mixedStage());
      const target = tempDir("target");
      const file = join(one.path, "snapshots", backup_id);
      const cut = () => restoreInto(one, backup_id, target);
      truncateSync(file, 10);
      await expect(cut()).rejects.toMatchObject({ code: "REPOSITORY_DAMAGED" });
      rmSync(file);
      await expect(cut()).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(treeOf(target)).toEqual([]);
    },
  },
];
