import { chmodSync, chownSync } from "node:fs";
import { addAttributes } from "./hard-tree/attributes.js";
import { addContents } from "./hard-tree/contents.js";
import { addNames } from "./hard-tree/names.js";
import { addSmallFiles } from "./hard-tree/small-files.js";
import { addSpecialFiles } from "./hard-tree/special-files.js";
import { addTimes } from "./hard-tree/times.js";

export type HardTree = {
  /** Mode bits and owner of the directory itself. */
  root: { mode: number; uid: number; gid: number };
  /** A 1 GiB file with 4 islands of 64 KiB, absolute path. */
  sparse: string;
  /** Names, as bytes, of the files in `names/`. */
  names: Buffer[];
  smallFiles: number;
};

/**
 * Fills an existing directory with what is hard to back up and to restore:
 * links, attributes, special files, holes, times, owners, names, depth,
 * numbers. Needs root, and a filesystem with ACLs and xattrs.
 */
export async function makeHardTree(
  dir: string,
  { smallFiles = 20_000 }: { smallFiles?: number } = {},
): Promise<HardTree> {
  addSmallFiles(dir, smallFiles);
  const names = addNames(dir);
  const sparse = addContents(dir);
  await addSpecialFiles(dir);
  await addAttributes(dir);
  await addTimes(dir);
  const root = { mode: 0o2751, uid: 2_000_000_123, gid: 2_000_000_456 };
  chownSync(dir, root.uid, root.gid);
  chmodSync(dir, root.mode);
  return { root, sparse, names, smallFiles };
}
