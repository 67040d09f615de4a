/** Forgetting, pruning and checking. */

import { randomBytes } from "node:crypto";
import {
  copyFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tempDir } from "../../support/temp.js";
import type { Contract, Host } from "./ground.js";
import { backUp, idsOf, restoreInto, stageWith, treeOf } from "./stage.js";

const stageOf = (content: string) => stageWith({ "project/a": content });

export const upkeep: Contract[] = [
  {
    title: "what is forgotten is gone, what was gone is fine, the rest stays",
    async run({ made }) {
      const one = await made();
      const repository = await one.repositories.open();
      const a = (await backUp(one, stageOf("one"))).backup_id;
      const b = (await backUp(one, stageOf("two"))).backup_id;
      const c = (await backUp(one, stageOf("three"))).backup_id;
      await repository.forget([a, "ab".repeat(32), a]);
      expect((await idsOf(one)).toSorted()).toEqual([b, c].toSorted());
      await repository.forget([a, c]);
      await repository.forget([a, c]);
      await repository.forget([]);
      // A short id names none.
      await repository.forget([b.slice(0, 8)]);
      expect(await idsOf(one)).toEqual([b]);
    },
  },
  {
    title: "packs that nobody needs are marked, and go when their time is over",
    async run({ made }) {
      const one = await made();
      const { gone, kept, stage } = await oneForgotten(one);
      const repository = await one.repositories.open();
      const before = packsIn(one);
      const input = { keepDeleteSeconds: 1 };
      const first = await repository.prune(input);
      expect(first).toMatchObject({ packs_removed: 0, packs_waiting: 0 });
      expect(first.packs_marked).toBeGreaterThan(0);
      expect(packsIn(one)).toEqual(before);
      const second = await repository.prune({ keepDeleteSeconds: 3600 });
      expect(second).toMatchObject({
        ...{ packs_marked: 0, packs_removed: 0 },
        packs_waiting: first.packs_marked,
      });
      await sleep(1100);
      expect(await repository.prune(input)).toMatchObject({
        ...{ packs_marked: 0, packs_recovered: 0 },
        packs_removed: first.packs_marked,
      });
      expect(packsIn(one)).toHaveLength(before.length - first.packs_marked);
      expect(await idsOf(one)).not.toContain(gone);
      await expectWhole(one, kept, stage);
    },
  },
  {
    title: "index files are merged, even when nothing else is to do",
    async run({ made }) {
      const one = await made();
      const repository = await one.repositories.open();
      for (const content of ["1", "2", "3"])
        await backUp(one, stageOf(content));
      expect(await repository.figures()).toMatchObject({
        ...{ backups: 3, index_files: 3 },
        packs: packsIn(one).length,
      });
      const merge = { keepDeleteSeconds: 3600, maxRepackBytes: 0 };
      expect(await repository.prune(merge)).toMatchObject({
        ...{ packs_marked: 0, packs_repacked: 0 },
        index_files_rebuilt: 3,
      });
      expect(await repository.figures()).toMatchObject({ index_files: 1 });
      expect(await repository.prune(merge)).toMatchObject({
        index_files_rebuilt: 0,
      });
      expect(await repository.check()).toEqual({ errors: [] });
    },
  },
  {
    title: "a backup whose packs were marked is read after the next prune",
    async run({ made }) {
      const one = await made();
      const repository = await one.repositories.open();
      const stage = stageOf("one");
      const { backup_id } = await backUp(one, stage);
      await backUp(one, stageOf("two"));
      const file = join(one.path, "snapshots", backup_id);
      const aside = join(tempDir("aside"), "snapshot");
      copyFileSync(file, aside);
      await repository.forget([backup_id]);
      const input = { keepDeleteSeconds: 3600 };
      const { packs_marked } = await repository.prune(input);
      // As if it had been made while the prune ran.
      copyFileSync(aside, file);
      const target = tempDir("target");
      await expect(restoreInto(one, backup_id, target)).rejects.toMatchObject({
        code: "REPOSITORY_DAMAGED",
      });
      expect(treeOf(target)).toEqual([]);
      expect((await repository.check()).errors).not.toEqual([]);
      expect(await repository.prune(input)).toMatchObject({
        packs_recovered: packs_marked,
      });
      await expectWhole(one, backup_id, stage);
    },
  },
  {
    title: "what a backup that was cut off left is marked, and no error",
    async run({ made }) {
      const one = await made();
      const repository = await one.repositories.open();
      const { backup_id } = await backUp(one, stageOf("one"));
      const left = packsIn(one).length;
      dropIndex(one);
      await repository.forget([backup_id]);
      const stage = stageOf("two");
      const { backup_id: kept } = await backUp(one, stage);
      await backUp(one, stageOf("three"));
      expect(await repository.check()).toEqual({ errors: [] });
      expect(await repository.prune({ keepDeleteSeconds: 0 })).toMatchObject({
        ...{ packs_marked: left, packs_removed: 0 },
      });
      await expectWhole(one, kept, stage);
      expect(await repository.prune({ keepDeleteSeconds: 0 })).toMatchObject({
        packs_removed: left,
      });
      await expectWhole(one, kept, stage);
    },
  },
  {
    title: "a check finds a pack that is gone, and reads to find a bad one",
    async run({ made }) {
      const one = await made();
      const repository = await one.repositories.open();
      await backUp(one, stageOf(randomBytes(4000).toString("hex")));
      expect(await repository.check(whole)).toEqual({ errors: [] });
      // The trees are in the smaller one.
      const pack = packsIn(one).toSorted(bySize).at(-1) ?? "";
      const content = readFileSync(pack);
      content[2] = (content[2] ?? 0) ^ 1;
      writeFileSync(pack, content);
      expect(await repository.check()).toEqual({ errors: [] });
      expect((await repository.check(whole)).errors).not.toEqual([]);
      rmSync(pack);
      expect((await repository.check()).errors).toEqual([
        expect.stringMatching(/^pack [0-9a-f]+ .*not present/),
      ]);
    },
  },
  {
    title: "a prune of a repository that misses what is needed does nothing",
    async run({ made }) {
      const one = await made();
      const repository = await one.repositories.open();
      await backUp(one, stageOf("one"));
      dropIndex(one);
      await expect(
        repository.prune({ keepDeleteSeconds: 0 }),
      ).rejects.toMatchObject({ code: "REPOSITORY_DAMAGED" });
    },
  },
];

const whole = { subset: { part: 1, of: 1 } };

async function oneForgotten(one: Host) {
  const repository = await one.repositories.open();
  const stage = stageOf("kept");
  const { backup_id: gone } = await backUp(one, stageOf("gone"));
  const { backup_id: kept } = await backUp(one, stage);
  await repository.forget([gone]);
  return { gone, kept, stage };
}

async function expectWhole(
  one: Host,
  backup_id: string,
  stage: string,
): Promise<void> {
  const repository = await one.repositories.open();
  expect(await repository.check(whole)).toEqual({ errors: [] });
  const target = tempDir("target");
  await restoreInto(one, backup_id, target);
  expect(treeOf(target)).toEqual(treeOf(stage));
}

function bySize(a: string, b: string): number {
  return statSync(a).size - statSync(b).size;
}

function dropIndex({ path }: Host): void {
  const index = join(path, "index");
  for (const name of readdirSync(index)) {
    rmSync(join(index, name), { recursive: true });
  }
}

/** Their paths. */
function packsIn({ path }: Host): string[] {
  const data = join(path, "data");
  return readdirSync(data, { recursive: true })
    .map((name) => join(data, String(name)))
    .filter((name) => /[0-9a-f]{64}$/.test(name))
    .toSorted();
}
