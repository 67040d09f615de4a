/** `--glob-file`: a line names what stays out, `!/project/cache`. */

import { readFile } from "node:fs/promises";

/** Does a path, relative to the source's root, stay out? */
export async function readGlobs(
  file: string | undefined,
): Promise<(path: string) => boolean> {
  if (file === undefined) return () => false;
  const lines = (await readFile(file, "utf8")).split("\n").filter(Boolean);
  const patterns = lines.map(toPattern);
  return (path) => patterns.some((pattern) => pattern.test(path));
}

/** Anchored and negated: those that this package writes. */
function toPattern(line: string): RegExp {
  if (!line.startsWith("!/")) throw new Error(`not a known glob: ${line}`);
  let source = "";
  for (const [part] of trimmed(line.slice(2)).matchAll(parts)) {
    source += translated(part);
  }
  return new RegExp(`^${source}$`, "su");
}

/** rustic cuts blanks off a line's end. */
function trimmed(line: string): string {
  return line.replace(/\s+$/, "");
}

const parts = /\\.|\[[^\]]+\]|\*\*|./gsu;

function translated(part: string): string {
  if (part.startsWith("[")) return part;
  if (part === "**") return ".*";
  if (part === "*") return "[^/]*";
  if (part === "?") return "[^/]";
  const plain = part.length > 1 && part.startsWith("\\") ? part.slice(1) : part;
  return plain.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
