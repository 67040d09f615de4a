/** Files that only their owner may read: secrets, and who may come in. */

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

/**
 * 0600 from its first moment on, and on the disk when it returns.
 *
 * @throws EEXIST when something is there.
 */
export function writeNewPrivately(
  path: string,
  content: string | Buffer,
): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Whole or not at all, in a directory that is 0700; an old one goes. */
export function replacePrivately(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  writeNewPrivately(temporary, content);
  renameForGood(temporary, path);
}

/** The name is on the disk as well when this returns. */
export function renameForGood(from: string, to: string): void {
  renameSync(from, to);
  const directory = openSync(dirname(to), "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
