/** `btrfs subvolume create path` */

import { lstat, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { ifMissing } from "../errno.js";
import { commit } from "./commit.js";
import { begin } from "./generations.js";
import { scratchFor } from "./scratch.js";
import { Refused, type Verb } from "./verb.js";

export const createSubvolume: Verb = async (call, [path = ""]) => {
  if (await lstat(path).catch(ifMissing)) {
    throw new Refused(`target path already exists: ${path}`);
  }
  await requireParent(path);
  const scratch = await scratchFor(path);
  await mkdir(scratch);
  begin(scratch, { kind: "rw", place: path });
  await commit(call, scratch, path);
  return `Create subvolume '${path}'\n`;
};

export async function requireParent(path: string): Promise<void> {
  const parent = dirname(path);
  if (await lstat(parent).catch(ifMissing)) return;
  throw new Refused(`cannot access '${parent}': No such file or directory`);
}
