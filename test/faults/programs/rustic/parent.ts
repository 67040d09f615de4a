/** The backup before: what did not change since then is not read again. */

import type { ProgramCall } from "../program.js";
import { idsIn } from "./store-file.js";
import { type Node, readStored, type Stored } from "./stored.js";
import { Failed } from "./words.js";

export interface Parent {
  id: string;
  stored: Stored;
}

interface Group {
  hostname: string;
  label?: string;
  paths: readonly string[];
}

/** One that is asked for and not there, or not whole, is none. */
export async function findParent(
  call: ProgramCall,
  repository: string,
  id: string | undefined,
  group: Group,
): Promise<Parent | undefined> {
  const parent =
    id === undefined
      ? await latest(repository, group)
      : await readIfWhole(repository, id);
  call.err(
    parent
      ? `[INFO] using parents ${parent.id.slice(0, 8)}\n`
      : "[INFO] using no parent\n",
  );
  return parent;
}

async function latest(
  repository: string,
  { hostname, label, paths }: Group,
): Promise<Parent | undefined> {
  let newest: Parent | undefined;
  for (const id of await idsIn(repository, "snapshots")) {
    const one = await readIfWhole(repository, id);
    if (one?.stored.snapshot.hostname !== hostname) continue;
    if (one.stored.snapshot["label"] !== label) continue;
    if (`${one.stored.snapshot.paths}` !== `${paths}`) continue;
    if (!newest || timeOf(one) > timeOf(newest)) newest = one;
  }
  return newest;
}

function timeOf({ stored }: Parent): string {
  return String(stored.snapshot["time"]);
}

async function readIfWhole(
  repository: string,
  id: string,
): Promise<Parent | undefined> {
  try {
    return { id, stored: await readStored(repository, id) };
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    return undefined;
  }
}

export type Change = "new" | "changed" | "unmodified";

/**
 * rustic goes by a file's path, type, size, mtime and ctime. Both times would
 * be the kernel's, another in every run: what they tell of stands for them.
 */
export function comparison(parent: Parent | undefined): (node: Node) => Change {
  const before = new Map(parent?.stored.nodes.map((one) => [one.path, one]));
  return (node) => {
    const old = before.get(node.path);
    if (!old) return "new";
    const same =
      old.type === node.type &&
      old.mode === node.mode &&
      old.content === node.content;
    return same ? "unmodified" : "changed";
  };
}
