/** What lies in a subvolume, in one order. No call in here waits. */

import { createHash } from "node:crypto";
import {
  type BigIntStats,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
} from "node:fs";
import { join } from "node:path";
import { markerName } from "./subvolume.js";

export interface Entry {
  /** Relative; empty for the root. */
  path: string;
  type: "file" | "directory" | "link" | "subvolume";
  mode: number;
  owner: string;
  /** Of a file; a directory's is not kept by a copy. */
  mtimeNs: bigint;
  /** A digest of a file's bytes, or where a link leads. */
  content: string;
}

/** Parents before what is in them. */
export function entriesOf(root: string): Entry[] {
  const entries: Entry[] = [];
  const visit = (path: string) => {
    const entry = entryOf(root, path);
    entries.push(entry);
    if (entry.type !== "directory") return;
    for (const name of readdirSync(join(root, path)).toSorted()) {
      if (name !== markerName) visit(path === "" ? name : `${path}/${name}`);
    }
  };
  visit("");
  return entries;
}

export function fingerprint(root: string): string {
  const hash = createHash("sha256");
  for (const { mtimeNs, ...rest } of entriesOf(root)) {
    hash.update(`${JSON.stringify(rest)} ${mtimeNs}\n`);
  }
  return hash.digest("hex");
}

function entryOf(root: string, path: string): Entry {
  const whole = join(root, path);
  const stats = lstatSync(whole, { bigint: true });
  const type = typeOf(whole, stats, path === "");
  return {
    ...{ path, type, mode: Number(stats.mode & 0o7777n) },
    owner: `${stats.uid}:${stats.gid}`,
    mtimeNs: type === "file" ? stats.mtimeNs : 0n,
    content: contentOf(whole, type),
  };
}

function typeOf(path: string, stats: BigIntStats, isRoot: boolean) {
  if (stats.isSymbolicLink()) return "link";
  if (!stats.isDirectory()) return "file";
  const isNested = !isRoot && existsSync(join(path, markerName));
  return isNested ? "subvolume" : "directory";
}

function contentOf(path: string, type: Entry["type"]): string {
  if (type === "link") return readlinkSync(path);
  if (type !== "file") return "";
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
