import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join, relative } from "node:path";

/** Compare two trees: names, kinds, permissions, times, contents.
 * Returns { files, differences: sentences }. */
export async function compareTrees(one, other) {
  const [left, right] = await Promise.all([listing(one), listing(other)]);
  const differences = [];
  for (const path of new Set([...left.keys(), ...right.keys()])) {
    const difference = compare(left.get(path), right.get(path));
    if (difference) {
      differences.push(`${path}: ${difference}`);
    }
  }
  const files = [...left.values()].filter(({ kind }) => kind === "file").length;
  return { files, differences };
}

function compare(left, right) {
  if (!left || !right) {
    return left ? "missing" : "not in the original";
  }
  const what = Object.keys(left).find((key) => left[key] !== right[key]);
  return what && `another ${what}`;
}

async function listing(top) {
  const entries = await readdir(top, { recursive: true, withFileTypes: true });
  const facts = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    return [relative(top, path), await factsOf(path)];
  });
  return new Map(await Promise.all(facts));
}

async function factsOf(path) {
  const stat = await lstat(path);
  const kind = kindOf(stat);
  const time = kind === "link" ? 0 : Math.trunc(stat.mtimeMs);
  return { kind, mode: stat.mode, time, content: await contentOf(path, kind) };
}

function kindOf(stat) {
  if (stat.isFile()) {
    return "file";
  }
  if (stat.isSymbolicLink()) {
    return "link";
  }
  return stat.isDirectory() ? "directory" : "special";
}

function contentOf(path, kind) {
  if (kind === "file") {
    return readFile(path, "latin1");
  }
  return kind === "link" ? readlink(path) : "";
}
