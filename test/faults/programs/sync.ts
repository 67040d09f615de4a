/** `sync -f path`: the disk of a world has all that was written. */

import { lstat } from "node:fs/promises";
import { resolve } from "node:path";
import { messageOf } from "./errno.js";
import type { Program } from "./program.js";

export const sync: Program = async ({ args, cwd, err, work }) => {
  const path = args[1] ?? "";
  await work(5);
  try {
    await lstat(resolve(cwd, path));
    return 0;
  } catch (error) {
    err(`sync: error opening '${path}': ${messageOf(error)}\n`);
    return 1;
  }
};
