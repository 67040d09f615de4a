/** Reading the list of backups. */

import {
  copyFileSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Repository } from "../../../lib/repository/index.js";
import type { Contract } from "./ground.js";
import { backUp, idsOf, mixedStage, stageWith } from "./stage.js";

const unknownId = "ab".repeat(32);

export const listing: Contract[] = [
  {
    title: "a backup that is not there is not found, with others or alone",
    async run({ made }) {
      const one = await made();
      const { backup_id } = await backUp(one, mixedStage());
      const repository = await one.repositories.open();
      const none = { code: "NOT_FOUND" };
      await expect(repository.read([unknownId])).rejects.toMatchObject(none);
      await expect(
        repository.read([backup_id, unknownId]),
      ).rejects.toMatchObject(none);
    },
  },
  {
    title: "a backup whose file went is not listed, and not found",
    async run({ made }) {
      const one = await made();
      const { backup_id } = await backUp(one, mixedStage());
      rmSync(join(one.path, "snapshots", backup_id));
      expect(await idsOf(one)).toEqual([]);
      const repository = await one.repositories.open();
      await expect(repository.read([backup_id])).rejects.toMatchObject({
        code: "NOT_FOUND",
      });
    },
  },
  {
    title: "several of one project and of others are read at once",
    async run({ made }) {
      const one = await made();
      const stage = mixedStage();
      const other = { project_id: "5f1d7a3e-0b52-4c41-9c1e-7d0a4f8e2b12" };
      const ids: string[] = [];
      for (const more of [{}, {}, other]) {
        ids.push((await backUp(one, stage, more)).backup_id);
      }
      const repository = await one.repositories.open();
      const { backups } = await repository.read(ids);
      expect(backups.map(({ backup_id }) => backup_id).toSorted()).toEqual(
        ids.toSorted(),
      );
    },
  },
  {
    title: "a byte that changed is noticed, another backup's file is not",
    async run({ made }) {
      const one = await made();
      const [a, b] = [
        await backUp(one, stageWith({ "project/a": "1" })),
        await backUp(one, stageWith({ "project/b": "2", "project/c": "3" })),
      ];
      const fileOf = (id: string) => join(one.path, "snapshots", id);
      copyFileSync(fileOf(b.backup_id), fileOf(a.backup_id));
      const repository = await one.repositories.open();
      expect(await repository.read([a.backup_id])).toMatchObject({
        backups: [{ backup_id: a.backup_id, files: 2 }],
      });
      changeDigit(fileOf(a.backup_id));
      await expectMalformed(repository, a.backup_id);
    },
  },
  {
    title: "a damaged backup is listed, told of and left out",
    async run({ made }) {
      const one = await made();
      const { backup_id } = await backUp(one, mixedStage());
      truncateSync(join(one.path, "snapshots", backup_id), 10);
      expect(await idsOf(one)).toEqual([backup_id]);
      const repository = await one.repositories.open();
      await expectMalformed(repository, backup_id);
    },
  },
  {
    title: "a half-written file is no backup",
    async run({ made }) {
      const one = await made();
      const { backup_id } = await backUp(one, mixedStage());
      const file = join(one.path, "snapshots", backup_id);
      copyFileSync(file, `${file}-tmp-`);
      expect(await idsOf(one)).toEqual([backup_id]);
    },
  },
  {
    title: "what is no project's backup is listed, and read as nothing",
    async run({ made }) {
      const one = await made();
      const stranger = { project_id: "a-laptop" };
      const { backup_id } = await backUp(one, mixedStage(), stranger);
      expect(await idsOf(one)).toEqual([backup_id]);
      const repository = await one.repositories.open();
      expect(await repository.read([backup_id])).toEqual(nothing);
    },
  },
];

const nothing = { backups: [], annotations: [] };

/** Text stays text: where the file has digits, the last of them is another. */
function changeDigit(file: string): void {
  const bytes = readFileSync(file);
  const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x38;
  const at = bytes.findLastIndex(isDigit);
  bytes[at] = (bytes[at] ?? 0) + 1;
  writeFileSync(file, bytes);
}

/** It is told of, and left out. */
async function expectMalformed(
  repository: Repository,
  backup_id: string,
): Promise<void> {
  const malformed: string[] = [];
  const onMalformed = (id: string) => void malformed.push(id);
  const found = await repository.read([backup_id], { onMalformed });
  expect(found).toEqual(nothing);
  expect(malformed).toEqual([backup_id]);
}
