/** `btrfs subvolume snapshot -r source path`: a tree at one instant. */

import { cpSync, existsSync, writeFileSync } from "node:fs";
import { lstat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ifMissing } from "../errno.js";
import { commit } from "./commit.js";
import { requireParent } from "./create.js";
import { begin, raise } from "./generations.js";
import { scratchFor } from "./scratch.js";
import { kindOf, markerName } from "./subvolume.js";
import { Refused, type Verb } from "./verb.js";

export const snapshotReadOnly: Verb = async (call, [source = "", to = ""]) => {
  await requireSubvolume(source);
  const path = await targetOf(source, to);
  const scratch = await scratchFor(path);
  copyAtOnce(source, scratch, path);
  await commit(call, scratch, path);
  return `Create a readonly snapshot of '${source}' in '${path}'\n`;
};

export async function requireSubvolume(path: string): Promise<void> {
  const stats = await lstat(path).catch(ifMissing);
  if (!stats) {
    throw new Refused(`cannot access '${path}': No such file or directory`);
  }
  if (!(await kindOf(path))) {
    throw new Refused("Not a Btrfs subvolume: Invalid argument");
  }
}

/** In a directory that is there it gets the source's name. */
async function targetOf(source: string, to: string): Promise<string> {
  const stats = await lstat(to).catch(ifMissing);
  if (!stats) {
    await requireParent(to);
    return to;
  }
  if (!stats.isDirectory()) {
    throw new Refused(`'${to}' exists and it is not a directory`);
  }
  if ((await kindOf(to)) === "ro") {
    throw new Refused(`cannot snapshot '${source}': Read-only file system`);
  }
  const inner = join(to, basename(source));
  if (await lstat(inner).catch(ifMissing)) {
    throw new Refused(`cannot snapshot '${source}': File exists`);
  }
  return inner;
}

/** Nobody else gets a turn meanwhile: no call in here waits. */
function copyAtOnce(source: string, target: string, place: string): void {
  const nested: string[] = [];
  const isMarked = (path: string) => existsSync(join(path, markerName));
  cpSync(source, target, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    filter(from, to) {
      if (basename(from) === markerName) return false;
      if (nested.includes(dirname(to))) return false;
      if (from !== source && isMarked(from)) nested.push(to);
      return true;
    },
  });
  for (const path of nested) writeFileSync(join(path, markerName), "empty");
  begin(target, { kind: "ro", place, parent: raise(source) });
}
