import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  closeSync,
  openSync,
  readSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { MountedFilesystem } from "./btrfs-image.js";

const chunk = 4 * 1024 * 1024;

/**
 * A file on a btrfs image whose bytes do not match their checksum: who reads
 * it anew (through a snapshot, for one) gets EIO.
 */
export function writeDamagedFile(
  { path: mount }: MountedFilesystem,
  path: string,
): void {
  const content = randomBytes(64 * 1024);
  writeFileSync(path, content);
  execFileSync("sync", ["-f", mount]);
  const image = join(dirname(mount), "image");
  const file = openSync(image, "r+");
  try {
    const at = positionOf(content.subarray(0, 4096), file);
    writeSync(file, Buffer.alloc(16), 0, 16, at);
  } finally {
    closeSync(file);
  }
}

/** Blocks of a file begin where blocks of 4096 bytes do. */
function positionOf(block: Buffer, file: number): number {
  const buffer = Buffer.alloc(chunk);
  for (let at = 0; ; at += chunk) {
    const length = readSync(file, buffer, 0, chunk, at);
    if (length === 0) throw new Error("the file is not in the image");
    const found = buffer.subarray(0, length).indexOf(block);
    if (found !== -1) return at + found;
  }
}
