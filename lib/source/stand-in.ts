/** A database's copy in the place of the file that `cp` made of it. */

import { lstat, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A captured database holds all of its log: the log itself stays out. */
export const sideSuffixes = ["-wal", "-shm", "-journal"] as const;

/**
 * false: it is not there any more, or not ours to replace. `cp` copied links
 * that had come meanwhile as links, which would lead out of the copy; in the
 * copy itself nobody else can plant one.
 */
export async function standInFor(
  { path, copy }: { path: string; copy: string },
  tree: string,
): Promise<boolean> {
  const target = join(tree, path);
  try {
    const [root, parent] = [await realpath(tree), dirname(target)];
    const straight = (await realpath(parent)) === join(root, dirname(path));
    if (!straight || !(await lstat(target)).isFile()) return false;
    await rename(copy, target);
    for (const suffix of sideSuffixes) {
      await rm(target + suffix, { force: true });
    }
    return true;
  } catch {
    return false;
  }
}
