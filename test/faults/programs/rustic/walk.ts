/** Reading a tree as `rustic backup` does: what cannot be read stays out. */

import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import type { Stats } from "node:fs";
import { join } from "node:path";
import { markerName } from "../btrfs/subvolume.js";
import { type Errno, errnoOf } from "../errno.js";
import type { ProgramCall } from "../program.js";
import type { Node } from "./stored.js";
import { notListed, notOpened, vanished } from "./warnings.js";

export interface Source {
  /** Absolute. */
  root: string;
  /** How rustic names it: `.` */
  name: string;
  /** What stands before the paths in the backup: `` or `project/`. */
  as: string;
  staysOut(path: string): boolean;
}

export interface Found {
  nodes: Node[];
  /** Milliseconds, by path. */
  mtimes: Record<string, number>;
}

export async function walk(call: ProgramCall, source: Source): Promise<Found> {
  const found: Found = { nodes: [], mtimes: {} };
  for (const [at, letter] of [...source.as].entries()) {
    if (letter === "/") found.nodes.push(ancestor(source.as.slice(0, at)));
  }
  await walkDirectory({ call, source, found }, "");
  return found;
}

/** Of what stands above the tree that is read, rustic knows nothing. */
function ancestor(path: string): Node {
  const nobodys = { uid: 0, gid: 0, size: 0, content: "" };
  return { path, type: "dir", mode: 0o755, ...nobodys };
}

interface Walk {
  call: ProgramCall;
  source: Source;
  found: Found;
}

async function walkDirectory(walk: Walk, path: string): Promise<void> {
  const { call, source } = walk;
  const names = await readdir(join(source.root, path)).catch(
    warn(walk, (errno) => notListed(shown(source, path), errno)),
  );
  for (const name of (names ?? []).toSorted()) {
    const inner = path === "" ? name : `${path}/${name}`;
    if (name === markerName || source.staysOut(inner)) continue;
    await call.work(1);
    const node = await readNode(walk, inner);
    if (node?.type === "dir") await walkDirectory(walk, inner);
  }
}

/** undefined: it stays out. */
async function readNode(walk: Walk, path: string): Promise<Node | undefined> {
  const { call, source, found } = walk;
  const file = join(source.root, path);
  const name = shown(source, path);
  const stats = await lstat(file).catch(
    warn(walk, (errno) => vanished(name, errno)),
  );
  if (!stats) return undefined;
  const read = call.script.unreadable?.includes(path)
    ? Promise.reject(denied)
    : readContent(file, stats);
  const content = await read.catch(
    warn(walk, (errno) => notOpened(name, errno)),
  );
  if (content === undefined) return undefined;
  const node = { path: source.as + path, ...ownerOf(stats), ...content };
  found.nodes.push(node);
  found.mtimes[node.path] = stats.mtimeMs;
  return node;
}

const denied = Object.assign(new Error(), { code: "EACCES" });

type Content = Pick<Node, "type" | "size" | "content">;

/** undefined: neither a file, a directory nor a link; none is modelled. */
async function readContent(
  file: string,
  stats: Stats,
): Promise<Content | undefined> {
  if (stats.isDirectory()) return { type: "dir", size: 0, content: "" };
  if (stats.isSymbolicLink()) {
    const content = await readlink(file);
    return { type: "symlink", size: content.length, content };
  }
  if (!stats.isFile()) return undefined;
  const bytes = await readFile(file);
  const content = bytes.toString("base64");
  return { type: "file", size: bytes.length, content };
}

function ownerOf({ mode, uid, gid }: Stats) {
  return { mode: mode & 0o7777, uid, gid };
}

function shown({ name }: Source, path: string): string {
  return path === "" ? name : `${name}/${path}`;
}

/** For catch: said on stderr, and left out. */
function warn({ call }: Walk, words: (errno: Errno) => string) {
  return (error: unknown): undefined => {
    const errno = errnoOf(error);
    if (!errno) throw error;
    call.err(words(errno));
  };
}
