/**
 * What the storage must hold of a backup, byte for byte as long as rustic
 * wrote it: its cache keeps a copy of each index file and snapshot.
 */

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { PackSize } from "../commands/prove.js";
import type { SizedFile } from "../storage/stored.js";
import type { Written } from "./written.js";

export interface Expected {
  /** The snapshot and index files. */
  lists: SizedFile[];
  /** Full ids of those index files. */
  index: string[];
}

/** undefined: the cache does not have them all. */
export async function expectedLists(
  cache: string,
  backup_id: string,
  { index, snapshots }: Written,
): Promise<Expected | undefined> {
  if (!snapshots.has(backup_id.slice(0, 8))) return undefined;
  const ids = (
    await Promise.all([...index].map((start) => idsOf(cache, "index", start)))
  ).flat();
  const names = [
    { folder: "snapshots", id: backup_id } as const,
    ...ids.map((id) => ({ folder: "index", id }) as const),
  ];
  try {
    const lists = await Promise.all(
      names.map(async ({ folder, id }) => {
        const { size } = await stat(join(cache, folder, id.slice(0, 2), id));
        return { folder, id, size };
      }),
    );
    return ids.length >= index.size ? { lists, index: ids } : undefined;
  } catch {
    return undefined;
  }
}

/** Packs of the index files; undefined: not all that were written. */
export function expectedPacks(
  named: readonly PackSize[],
  { packs }: Written,
): SizedFile[] | undefined {
  const known = new Set(named.map(({ id }) => id.slice(0, 8)));
  if ([...packs].some((start) => !known.has(start))) return undefined;
  return named.map(({ id, size }) => ({ folder: "data", id, size }));
}

async function idsOf(
  cache: string,
  folder: string,
  start: string,
): Promise<string[]> {
  const names = await readdir(join(cache, folder, start.slice(0, 2))).catch(
    () => [],
  );
  return names.filter((name) => name.startsWith(start) && name.length === 64);
}
