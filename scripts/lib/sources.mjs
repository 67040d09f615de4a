import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "./paths.mjs";

export const sourceDirs = ["conat-api", "lib", "frontend"];

/** All files that the build reads, as sorted paths below the root. */
export function sourceFiles() {
  return sourceDirs.flatMap(filesBelow).toSorted();
}

/** Scripts that run as processes of their own. */
export function childScripts() {
  return filesBelow("lib").filter((path) => path.endsWith(".child.ts"));
}

function filesBelow(directory) {
  const top = join(root, directory);
  if (!existsSync(top)) {
    return [];
  }
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
