import { chmodSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { mountsUnder } from "./mounts.js";

/**
 * A new empty directory (mode 0755, so that other users can pass) below this
 * test file's temporary root, named `<name>-` and six random characters.
 */
export function tempDir(name: string): string {
  const path = mkdtempSync(join(tempRoot(), `${name}-`));
  chmodSync(path, 0o755);
  return path;
}

/** This test file's temporary root; leak-environment.ts makes one a file. */
export function tempRoot(): string {
  const root = process.env["PB_TEST_ROOT"];
  if (!root) throw new Error("this file does not run in leak-environment.ts");
  return root;
}

/**
 * Removes a directory with all below it, whatever the names. Throws, with
 * nothing removed, while anything is mounted at or below it: a bind mount
 * would lead the recursion out of the tree without a change of device.
 */
export function removeTree(path: string): void {
  const mounts = mountsUnder(path);
  if (mounts.length > 0) {
    const targets = mounts.map(({ target }) => target).join(", ");
    throw new Error(`not removed, still mounted: ${targets}`);
  }
  // rm of coreutils: fs.rm cannot name files whose names are not UTF-8.
  execFileSync("rm", ["-rf", "--one-file-system", "--", path]);
}
