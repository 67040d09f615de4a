import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const filesPerDir = 100;

/** `small/<dir>/<file>`: files of 0 to 40 bytes, no two contents equal. */
export function addSmallFiles(root: string, count: number): void {
  for (let i = 0; i < count; i++) {
    const dir = join(root, "small", String(Math.floor(i / filesPerDir)));
    if (i % filesPerDir === 0) mkdirSync(dir, { recursive: true });
    const text = i === 0 ? "" : `${i}\n`.padStart(8 + (i % 33), ".");
    writeFileSync(join(dir, `${i}.txt`), text);
  }
}
