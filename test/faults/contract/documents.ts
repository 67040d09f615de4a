/** Annotations of a project, kept in its repository. */

import type { Contract } from "./ground.js";
import { readSnapshot } from "./snapshot.js";
import { backUp, idsOf, mixedStage, project_id } from "./stage.js";

const other_id = "5f1d7a3e-0b52-4c41-9c1e-7d0a4f8e2b12";

export const documents: Contract[] = [
  {
    title: "a document is read back to the letter, and is no backup",
    async run({ made }) {
      const one = await made();
      const repository = await one.repositories.open();
      const { backup_id } = await backUp(one, mixedStage());
      const text = `{"note": "\\"quoted\\" 💾 é\\n"}\n${"ü€😀 ".repeat(20_000)}`;
      const before = Date.now();
      const id = await repository.saveAnnotations(project_id, text);
      const found = await repository.read(await idsOf(one));
      expect(found.backups).toMatchObject([{ backup_id }]);
      expect(found.annotations).toEqual([
        { id, project_id, text, time: expect.any(Number) },
      ]);
      const time = found.annotations[0]?.time ?? 0;
      expect(time).toBeGreaterThanOrEqual(before);
      expect(time).toBeLessThanOrEqual(Date.now());
    },
  },
  {
    title: "a new document takes the place of the project's old ones",
    async run({ made }) {
      const one = await made();
      const repository = await one.repositories.open();
      const other = await repository.saveAnnotations(other_id, "its own");
      const old = [
        await repository.saveAnnotations(project_id, "1"),
        await repository.saveAnnotations(project_id, "2"),
      ];
      const replaces = { replaces: old };
      const id = await repository.saveAnnotations(project_id, "3", replaces);
      const { annotations } = await repository.read(await idsOf(one));
      expect(annotations).toHaveLength(2);
      expect(annotations).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ id: other, text: "its own" }),
          expect.objectContaining({ id, text: "3" }),
        ]),
      );
    },
  },
  {
    title: "a backup does not take a document for its parent",
    async run({ made }) {
      const one = await made();
      const repository = await one.repositories.open();
      await repository.saveAnnotations(project_id, "text");
      const { backup_id } = await backUp(one, mixedStage());
      expect((await readSnapshot(one, backup_id)).parents).toEqual([]);
    },
  },
  {
    title: "a document that is too large is refused",
    async run({ made }) {
      const one = await made();
      const repository = await one.repositories.open();
      const text = "é".repeat(128 * 1024);
      await repository.saveAnnotations(project_id, text);
      await expect(
        repository.saveAnnotations(project_id, `${text}.`),
      ).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
      expect(await idsOf(one)).toHaveLength(1);
    },
  },
];
