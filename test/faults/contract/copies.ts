/** cp and sync. */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../lib/exec.js";
import { copyTree } from "../../../lib/source/copy-tree.js";
import { tempDir } from "../../support/temp.js";
import type { Contract } from "./ground.js";
import { mixedStage, stageWith, treeOf } from "./stage.js";

export const copies: Contract[] = [
  {
    title: "a tree is copied with modes, times and links",
    async run({ environment }) {
      const source = mixedStage();
      const target = join(tempDir("copies"), "copy");
      await copyTree(source, target, { privileged: [], environment });
      expect(treeOf(target)).toEqual(treeOf(source));
    },
  },
  {
    title: "a copy fills a directory that is there, and replaces its files",
    async run({ environment }) {
      const source = mixedStage();
      const target = stageWith({
        "project/notes.txt": "old",
        "project/other": "stays",
      });
      await copyTree(source, target, { privileged: [], environment });
      expect(treeOf(join(target, "project"))).toEqual(
        [
          ...treeOf(join(source, "project")),
          expect.stringMatching(/^other /),
        ].toSorted((a, b) => order(a, b)),
      );
    },
  },
  {
    title: "a source that is gone copies nothing and is no failure",
    async run({ environment }) {
      const root = tempDir("copies");
      const target = join(root, "copy");
      const gone = join(root, "gone");
      await copyTree(gone, target, { privileged: [], environment });
      expect(existsSync(target)).toBe(false);
    },
  },
  {
    title: "a tree is not copied over a file, or into a missing directory",
    async run({ environment }) {
      const source = mixedStage();
      const root = tempDir("copies");
      const failed = { code: "FILESYSTEM_FAILED" };
      const to = (name: string) =>
        copyTree(source, join(root, name), { privileged: [], environment });
      writeFileSync(join(root, "file"), "1");
      await expect(to("file")).rejects.toMatchObject(failed);
      await expect(to("no/such/copy")).rejects.toMatchObject(failed);
    },
  },
  {
    title: "sync takes a path that is there, and only such a one",
    async run({ environment: env }) {
      const root = tempDir("synced");
      mkdirSync(join(root, "inner"));
      const sync = (path: string) =>
        run({ file: "sync", args: ["-f", join(root, path)], env });
      expect(await sync("inner")).toMatchObject({ exitCode: 0, stderr: "" });
      expect(await sync("missing")).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining("No such file or directory"),
      });
    },
  },
];

/** The asymmetric matcher stands for a line of its own name. */
function order(a: unknown, b: unknown): number {
  const name = (one: unknown) => (typeof one === "string" ? one : "other ");
  return name(a) < name(b) ? -1 : 1;
}
