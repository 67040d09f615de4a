import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Fills the file system of `directory` to its last block, until `free`. */
export function fillUp(directory: string): { free(): void } {
  const path = join(directory, "filler");
  const file = openSync(path, "a");
  for (const size of [1 << 20, 1 << 16, 4096]) writeUntilFull(file, size);
  closeSync(file);
  return { free: () => rmSync(path) };
}

/** What is still in memory counts: it is written, and then tried again. */
function writeUntilFull(file: number, size: number): void {
  const block = Buffer.alloc(size, "x");
  for (let failures = 0; failures < 2;) {
    try {
      writeSync(file, block);
      failures = 0;
    } catch (error) {
      if ((error as { code?: string }).code !== "ENOSPC") throw error;
      failures += 1;
      sync(file);
    }
  }
}

function sync(file: number): void {
  try {
    fsyncSync(file);
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOSPC") throw error;
  }
}
