/** Where an in-place restore writes: beside the places, for root alone. */

import { rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BackupError } from "../../../conat-api/index.js";
import type { ProjectPaths } from "../../host.js";
import { ifAbsent, isBtrfs, sourceKind } from "../../source/filesystem.js";
import { removeTree } from "../../source/remove.js";
import { stagingRoots } from "../../work-directory.js";
import type { Tools } from "../task.js";
import { makeStaging } from "./write.js";

/**
 * Makes it; a subvolume becomes a subvolume again, a plain directory stays
 * one.
 */
export async function prepareStaging(
  { btrfs }: Pick<Tools, "btrfs">,
  { subvolume }: ProjectPaths,
  staging: string,
): Promise<void> {
  await requireParent(subvolume);
  await makeStaging(staging);
  const before = await sourceKind(subvolume);
  const asSubvolume =
    before === "btrfs" || (before === undefined && (await isBtrfs(staging)));
  if (asSubvolume) await btrfs.createSubvolume(join(staging, "project"));
}

/** Beside the project, and beside a persist store elsewhere. */
export async function removeStaging(
  { host, config, btrfs }: Pick<Tools, "host" | "config" | "btrfs">,
  places: Iterable<string>,
  job_id: string,
  signal?: AbortSignal,
): Promise<void> {
  for (const root of stagingRoots(host, config, places).keys()) {
    await removeTree(join(root, job_id), btrfs, signal);
  }
}

/** An old tree may have been put there by now: then it stays. */
export async function removeIfEmpty(directory: string): Promise<void> {
  await rmdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY") ifAbsent(error);
  });
}

/** @throws BackupError NOT_FOUND: its file system may not be mounted. */
export async function requireParent(place: string): Promise<void> {
  const parent = await stat(dirname(place)).catch(ifAbsent);
  if (parent?.isDirectory()) return;
  throw new BackupError(
    "NOT_FOUND",
    `The directory ${dirname(place)} that projects live in is not there.`,
    { hint: "Check that its file system is mounted." },
  );
}
