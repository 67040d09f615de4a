/**
 * One pack and one index file a backup that has something new: they come
 * before its commit.
 */

import { join } from "node:path";
import type { ProgramCall } from "../program.js";
import { storeIndex } from "./index-files.js";
import { sha256, storeFile } from "./store-file.js";
import type { Node } from "./stored.js";

export interface Pack {
  id: string;
  text: string;
  blobs: Record<string, unknown>[];
}

/** Encrypted, no pack is like another one: here each backup has its own. */
export function packOf(backup_id: string, nodes: readonly Node[]): Pack {
  const files = nodes.filter(({ type }) => type === "file");
  const contents = files.map(({ content }) => content);
  const text = [backup_id, ...contents].join("\n");
  const blobs = files.map(({ content, size }) => ({
    id: sha256(content),
    type: "data",
    offset: 0,
    length: size,
  }));
  const tree = { id: backup_id, type: "tree", offset: 0, length: 64 };
  return { id: sha256(text), text, blobs: [tree, ...blobs] };
}

export async function storePack(
  call: ProgramCall,
  repository: string,
  { id, text, blobs }: Pack,
): Promise<void> {
  await storeFile(call, packFile(repository, id), text);
  await storeIndex(call, repository, { packs: [{ id, blobs }] });
}

export function packFile(repository: string, id: string): string {
  return join(repository, "data", id.slice(0, 2), id);
}
