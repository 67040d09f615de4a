/** A backup of what did not change since its parent. */

import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Contract } from "./ground.js";
import { readSnapshot } from "./snapshot.js";
import { backUp, idsOf, mixedBytes, mixedFiles, mixedStage } from "./stage.js";

const unknownId = "ab".repeat(32);

export const unchanged: Contract[] = [
  {
    title: "none is made: the parent is the result",
    async run({ made }) {
      const one = await made();
      const stage = mixedStage();
      const { backup_id, unchanged: first } = await backUp(one, stage);
      expect(first).toBe(false);
      const again = await backUp(one, stage, { parent: backup_id });
      expect(again).toMatchObject({
        ...{ backup_id, unchanged: true },
        ...{ files: mixedFiles, warnings: [] },
      });
      expect(again.bytes_processed).toBeGreaterThanOrEqual(mixedBytes);
      expect(await idsOf(one)).toEqual([backup_id]);
    },
  },
  {
    title: "one is made where only a mode changed",
    async run({ made }) {
      const one = await made();
      const stage = mixedStage();
      const { backup_id } = await backUp(one, stage);
      chmodSync(join(stage, "project/bin/run"), 0o700);
      const next = await backUp(one, stage, { parent: backup_id });
      expect(next.unchanged).toBe(false);
      expect((await idsOf(one)).toSorted()).toEqual(
        [backup_id, next.backup_id].toSorted(),
      );
    },
  },
  {
    title: "one is made where nobody named a parent, or one that is not there",
    async run({ made }) {
      const one = await made();
      const stage = mixedStage();
      await backUp(one, stage);
      const found = await backUp(one, stage);
      const lost = await backUp(one, stage, { parent: unknownId });
      expect([found.unchanged, lost.unchanged]).toEqual([false, false]);
      expect(await idsOf(one)).toHaveLength(3);
    },
  },
  {
    title: "one is made where the parent is forgotten meanwhile",
    async run({ made }) {
      const one = await made();
      const stage = mixedStage();
      const { backup_id } = await backUp(one, stage);
      const onBytes = () =>
        rmSync(join(one.path, "snapshots", backup_id), { force: true });
      const next = await backUp(one, stage, { parent: backup_id, onBytes });
      expect(next.unchanged).toBe(false);
      expect(await idsOf(one)).toEqual([next.backup_id]);
    },
  },
  {
    title: "why it was made is a tag beside the job's, and is read back",
    async run({ made }) {
      const one = await made();
      const tags = ["trigger=scheduled"];
      const { backup_id } = await backUp(one, mixedStage(), { tags });
      const snapshot = await readSnapshot(one, backup_id);
      expect(snapshot.tags).toEqual([
        expect.stringMatching(/^job=/),
        "trigger=scheduled",
      ]);
      const repository = await one.repositories.open();
      const { backups } = await repository.read([backup_id]);
      expect(backups).toMatchObject([{ backup_id, trigger: "scheduled" }]);
    },
  },
];
