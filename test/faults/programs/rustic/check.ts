/** `rustic check <id>`: is what a backup names there? */

import { lstat } from "node:fs/promises";
import { ifMissing } from "../errno.js";
import { readArguments } from "./arguments.js";
import { packFile } from "./packs.js";
import { idsIn } from "./store-file.js";
import { readStored } from "./stored.js";
import type { Subcommand } from "./subcommand.js";
import { failed } from "./words.js";

export const check: Subcommand = async (call, { path }, args) => {
  const flags = ["trust-cache", "read-data"];
  const { positionals } = readArguments(args, { flags });
  const ids =
    positionals.length > 0 ? positionals : await idsIn(path, "snapshots");
  let missing = 0;
  for (const id of ids) {
    for (const pack of (await readStored(path, id)).packs) {
      if (await lstat(packFile(path, pack)).catch(ifMissing)) continue;
      call.err(
        `[ERROR] pack ${pack.slice(0, 8)} marked to-delete: false is referenced by the index with size 0 but not present! To repair: 'rustic repair index'.\n`,
      );
      missing++;
    }
  }
  if (missing > 0) throw failed({ about, message: "check found errors!" });
};

const about = "the repository";
