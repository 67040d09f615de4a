/** Bases on the disk: those that no row names go. */

import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ifAbsent } from "../source/filesystem.js";
import { removeTree } from "../source/remove.js";
import type { BaseRow } from "../store/index.js";
import type { Tools } from "./task.js";

type Needs = Pick<Tools, "btrfs" | "store" | "host">;

/** Those of a project that its newest base has replaced. */
export async function removeOldBases(
  { path }: Pick<BaseRow, "path">,
  tools: Needs,
): Promise<void> {
  await removeUnowned(dirname(path), basename(path), tools);
}

/** All of a project: it has left, or the disk is short. */
export async function dropBase(base: BaseRow, tools: Needs): Promise<void> {
  // Not one that a job has put in its place meanwhile.
  if (!tools.store.bases.drop(base)) return;
  await removeTree(base.path, tools.btrfs);
}

/** `current` stays, whatever the rows say: its job may be about to write. */
async function removeUnowned(
  folder: string,
  current: string,
  { btrfs, store }: Needs,
): Promise<void> {
  const row = store.bases.get(basename(folder));
  const names = (await readdir(folder).catch(ifAbsent)) ?? [];
  for (const name of names) {
    if (name === current || name === row?.job_id) continue;
    // The next job may have moved its own there, and not said so yet.
    if (store.jobs.get(name)?.state === "running") continue;
    await removeTree(join(folder, name), btrfs);
  }
}
