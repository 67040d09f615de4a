/** `rustic repoinfo --json --only-files`: how many files, how large. */

import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { ifMissing } from "../errno.js";
import { readArguments } from "./arguments.js";
import { idPattern } from "./store-file.js";
import type { Subcommand } from "./subcommand.js";

const kinds = {
  key: "keys",
  snapshot: "snapshots",
  index: "index",
  pack: "data",
};

export const repoinfo: Subcommand = async (call, { path }, args) => {
  readArguments(args, { flags: ["json", "only-files"] });
  const repo = [];
  for (const [tpe, folder] of Object.entries(kinds)) {
    await call.work(1);
    repo.push({ tpe, ...(await measure(join(path, folder))) });
  }
  call.out(JSON.stringify({ files: { repo } }, null, 2));
};

async function measure(folder: string) {
  const names =
    (await readdir(folder, { recursive: true }).catch(ifMissing)) ?? [];
  const files = names.filter((name) => idPattern.test(basename(name)));
  let size = 0;
  for (const name of files) {
    const file = await stat(join(folder, name)).catch(ifMissing);
    size += file?.size ?? 0;
  }
  return { count: files.length, size };
}
