/**
 * One pack and one index file a backup that has something new: they come
 * before its commit.
 */

import { join } from "node:path";
import type { ProgramCall } from "../program.js";
import { sha256, storeFile } from "./store-file.js";
import type { Node } from "./stored.js";

export interface Pack {
  id: string;
  text: string;
  blobs: object[];
}

/** Encrypted, no pack is like another one: here each backup has its own. */
export function packOf(backup_id: string, nodes: readonly Node[]): Pack {
  const files = nodes.filter(({ type }) => type === "file");
  const text = files.map(({ content }) => content).join("\n");
  const blobs = files.map(({ content, size }) => ({
    id: sha256(content),
    type: "data",
    offset: 0,
    length: size,
  }));
  return { id: sha256(`${backup_id} ${text}`), text, blobs };
}

export async function storePack(
  call: ProgramCall,
  repository: string,
  { id, text, blobs }: Pack,
): Promise<void> {
  await storeFile(call, packFile(repository, id), text);
  const index = JSON.stringify({ packs: [{ id, blobs }] });
  await storeFile(call, join(repository, "index", sha256(index)), index);
}

export function packFile(repository: string, id: string): string {
  return join(repository, "data", id.slice(0, 2), id);
}
