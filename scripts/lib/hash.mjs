import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** One hash over the names and contents of files, in the order given. */
export function hashFiles(paths) {
  const hash = createHash("sha256");
  for (const path of paths) {
    hash.update(`${path}\0`).update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex");
}
