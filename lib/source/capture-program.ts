/**
 * Where the child script and the native addon are. Both expressions are
 * plain enough for a bundler (ncc) to see that these files are needed.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CaptureProgram } from "./sqlite-capture.js";

export function captureProgram(): CaptureProgram {
  return {
    script: compiled(join(__dirname, "sqlite-capture.child.js")),
    addon: require.resolve("better-sqlite3/build/Release/better_sqlite3.node"),
  };
}

/** In a source tree (tests) the compiled script is under dist. */
function compiled(path: string): string {
  if (existsSync(path)) return path;
  return join(__dirname, "../../dist/lib/source/sqlite-capture.child.js");
}
