/** `btrfs subvolume delete path` */

import { lstat, rm } from "node:fs/promises";
import { ifMissing } from "../errno.js";
import { commit } from "./commit.js";
import { scratchFor } from "./scratch.js";
import { kindOf, nestedIn } from "./subvolume.js";
import { Refused, type Verb } from "./verb.js";

export const deleteSubvolume: Verb = async (call, [path = ""]) => {
  if (!(await lstat(path).catch(ifMissing))) {
    throw new Refused("Could not statfs: No such file or directory");
  }
  if (!(await kindOf(path))) {
    throw new Refused("Not a Btrfs subvolume: Invalid argument");
  }
  if ((await nestedIn(path)).length > 0) {
    throw new Refused(
      "Could not destroy subvolume/snapshot: Directory not empty",
    );
  }
  const scratch = await scratchFor(path);
  await commit(call, path, scratch);
  await rm(scratch, { recursive: true });
  return `Delete subvolume (no-commit): '${path}'\n`;
};
