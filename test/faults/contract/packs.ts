/** Packs, what names them, and what misses them. */

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Contract, Host } from "./ground.js";
import { backUp, idsOf, mixedStage, stageWith } from "./stage.js";

const unknownId = "ab".repeat(32);

export const packs: Contract[] = [
  {
    title: "the index of a backup names packs that are there",
    async run({ made }) {
      const one = await made();
      expect(await indexes(one)).toEqual([]);
      await backUp(one, mixedStage());
      const [id = "", ...others] = await indexes(one);
      expect(others).toEqual([]);
      const ids = await packsOf(one, id);
      expect(ids.length).toBeGreaterThan(0);
      for (const pack of ids) expect(existsSync(pathOf(one, pack))).toBe(true);
      await expect(packsOf(one, unknownId)).rejects.toThrow("Could not ask");
    },
  },
  {
    title: "a check of one backup is content, until a pack of it is gone",
    async run({ made }) {
      const one = await made();
      const { backup_id } = await backUp(one, mixedStage());
      await expect(check(one, backup_id)).resolves.toBe("");
      const [id = ""] = await indexes(one);
      for (const pack of await packsOf(one, id)) rmSync(pathOf(one, pack));
      await expect(check(one, backup_id)).rejects.toMatchObject({
        details: expect.stringMatching(
          /^\[ERROR\] pack [0-9a-f]{8} .*present/m,
        ),
      });
      await expect(check(one, backup_id)).rejects.toMatchObject({
        details: expect.stringMatching(/^check found errors!$/m),
      });
      expect(await idsOf(one)).toEqual([backup_id]);
    },
  },
  {
    title: "what did not change adds no index file, what went does",
    async run({ made }) {
      const one = await made();
      const stage = mixedStage();
      const { backup_id } = await backUp(one, stage);
      const same = await backUp(one, stage, { parent: backup_id });
      const [index = "", ...others] = await indexes(one);
      expect(others).toEqual([]);
      rmSync(join(stage, "project/notes.txt"));
      const less = await backUp(one, stage, { parent: same.backup_id });
      expect(await indexes(one)).toHaveLength(2);
      for (const pack of await packsOf(one, index)) rmSync(pathOf(one, pack));
      for (const { backup_id: id } of [same, less]) {
        await expect(check(one, id)).rejects.toThrow("Could not ask");
      }
    },
  },
  {
    title: "each backup of other content adds an index file",
    async run({ made }) {
      const one = await made();
      await backUp(one, stageWith({ "project/a": "one" }));
      await backUp(one, stageWith({ "project/a": "two" }));
      expect(await indexes(one)).toHaveLength(2);
    },
  },
];

function ask({ rustic, location, keyFile }: Host, ...args: string[]) {
  const parse = ({ stdout }: { stdout: string }) => stdout;
  return rustic.call(location, { keyFile }, { action: "ask", args, parse });
}

async function indexes(host: Host): Promise<string[]> {
  const listed = await ask(host, "list", "index");
  return [...listed.matchAll(/^IndexId\(([0-9a-f]{64})\)$/gm)].map(
    ([, id = ""]) => id,
  );
}

const Index = z.object({ packs: z.array(z.object({ id: z.string() })) });

async function packsOf(host: Host, index: string): Promise<string[]> {
  const text = await ask(host, "cat", "index", index);
  return Index.parse(JSON.parse(text)).packs.map(({ id }) => id);
}

function check(host: Host, backup_id: string): Promise<string> {
  return ask(host, "check", "--trust-cache", backup_id);
}

function pathOf({ path }: Host, pack: string): string {
  return join(path, "data", pack.slice(0, 2), pack);
}
