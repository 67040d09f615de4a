/** The index: which packs there are, and which of them wait to be deleted. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ProgramCall } from "../program.js";
import { idsIn, sha256, storeFile } from "./store-file.js";
import { notThere, type Stored } from "./stored.js";
import { failed, type Failed } from "./words.js";

const IndexPack = z.object({
  id: z.string(),
  blobs: z.array(z.looseObject({})),
  /** When it was marked, ms. */
  time: z.number().optional(),
});
export type IndexPack = z.infer<typeof IndexPack>;

const IndexFile = z.object({
  packs: z.array(IndexPack),
  packs_to_delete: z.array(IndexPack).default([]),
});

export interface Index {
  files: readonly string[];
  packs: ReadonlyMap<string, IndexPack>;
  /** Those that no index file names as a pack in use. */
  marked: ReadonlyMap<string, IndexPack>;
}

/** Listed first, read one after the other: a prune may come in between. */
export async function readIndex(
  call: ProgramCall,
  repository: string,
): Promise<Index> {
  const files = await idsIn(repository, "index");
  const packs = new Map<string, IndexPack>();
  const marked = new Map<string, IndexPack>();
  for (const id of files) {
    await call.work(1);
    const file = join(repository, "index", id);
    const text = await readFile(file, "utf8").catch(notThere(file));
    const index = IndexFile.parse(JSON.parse(text));
    for (const pack of index.packs) packs.set(pack.id, pack);
    for (const pack of index.packs_to_delete) marked.set(pack.id, pack);
  }
  for (const id of packs.keys()) marked.delete(id);
  return { files, packs, marked };
}

/** Its id; undefined: there is nothing to write. */
export async function storeIndex(
  call: ProgramCall,
  repository: string,
  index: z.input<typeof IndexFile>,
): Promise<string | undefined> {
  const { packs, packs_to_delete = [] } = index;
  if (packs.length + packs_to_delete.length === 0) return undefined;
  const text = JSON.stringify({ packs, packs_to_delete });
  const id = sha256(text);
  await storeFile(call, join(repository, "index", id), text);
  return id;
}

/** Trees are looked up in the index; one in a marked pack is not found. */
export function requireIndexed(
  { packs }: Pick<Index, "packs">,
  stored: Pick<Stored, "packs">,
): void {
  const missing = stored.packs.find((id) => !packs.has(id));
  if (missing !== undefined) throw treeNotFound(missing);
}

export function treeNotFound(id: string): Failed {
  const message = `Tree ID \`${id.slice(0, 8)}\` not found in index`;
  return failed({ about: "internal operations", message });
}
