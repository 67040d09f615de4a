import { createHash } from "node:crypto";
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

const mib = 1024 ** 2;
const gib = 1024 ** 3;

/** `contents/`, the same bytes in each run; returns the sparse file's path. */
export function addContents(root: string): string {
  const dir = join(root, "contents");
  mkdirSync(dir);
  const random = noise(5 * mib);
  writeFileSync(join(dir, "empty"), "");
  writeFileSync(join(dir, "one-byte"), "x");
  writeFileSync(join(dir, "random"), random);
  writeFileSync(join(dir, "random-again"), random);
  writeFileSync(join(dir, "random-shifted"), Buffer.concat([zeros(1), random]));
  writeFileSync(join(dir, "zeros"), zeros(5 * mib));
  writeFileSync(join(dir, "pattern"), Buffer.alloc(5 * mib, "pattern\n"));
  const sparse = join(dir, "sparse");
  writeSparse(sparse, gib, random.subarray(0, 64 * 1024));
  writeSparse(join(dir, "all-hole"), 100 * mib, zeros(0));
  return sparse;
}

/** Islands at the start, at odd places and at the very end. */
function writeSparse(path: string, size: number, island: Buffer): void {
  const file = openSync(path, "wx");
  ftruncateSync(file, size);
  const offsets = [0, 0.31 * size + 13, 0.77 * size, size - island.length];
  for (const offset of offsets) {
    writeSync(file, island, 0, island.length, Math.floor(offset));
  }
  closeSync(file);
}

/** Bytes that do not compress, but are known: SHA-512 of a counter. */
function noise(length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 64) }, (_, i) =>
    createHash("sha512").update(String(i)).digest(),
  );
  return Buffer.concat(blocks, length);
}

function zeros(length: number): Buffer {
  return Buffer.alloc(length);
}
