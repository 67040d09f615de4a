/** The stage of a btrfs subvolume: a read-only snapshot. */

import { join } from "node:path";
import type { Warning } from "../../conat-api/index.js";
import { copyTree } from "./copy-tree.js";
import { sourceKind } from "./filesystem.js";
import { persistOutside } from "./persist.js";
import { removeTree } from "./remove.js";
import { rollingSnapshots, snapshotsFolder } from "./rolling-snapshots.js";
import {
  capturesOf,
  type Stage,
  type StageOptions,
  wholeStage,
} from "./stage-shape.js";

export async function openBtrfsStage(options: StageOptions): Promise<Stage> {
  const { directory, paths, btrfs } = options;
  const project = join(directory, "project");
  const close = async () => {
    await removeTree(directory, btrfs);
    await removeTree(capturesOf(directory), btrfs);
  };
  try {
    await btrfs.snapshotReadOnly(paths.subvolume, project);
    const warnings = await stagePersist(options);
    const excluded = await rollingSnapshots(project);
    return {
      kind: "btrfs",
      directory,
      source: wholeStage,
      excluded: excluded.map((name) => `project/${name}`),
      warnings,
      lateWarnings: () => nestedWarnings(options),
      wrap: (command) => command,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A persist store elsewhere: a snapshot where it is a subvolume, else a copy
 * (reflinks where the file system has them) with each database in it taken
 * by SQLite itself.
 */
async function stagePersist(options: StageOptions): Promise<Warning[]> {
  const source = await persistOutside(options.paths);
  if (source === undefined) return [];
  const target = join(options.directory, "persist");
  if ((await sourceKind(source)) === "btrfs") {
    await options.btrfs.snapshotReadOnly(source, target);
    return [];
  }
  await copyTree(source, target, options);
  return options.captureDatabases.intoCopy({
    source,
    copy: target,
    captures: capturesOf(options.directory),
  });
}

/** Nested subvolumes are empty directories in a snapshot: say so. */
async function nestedWarnings({
  paths,
  btrfs,
}: StageOptions): Promise<Warning[]> {
  const nested = await btrfs.nested(paths.subvolume);
  return nested
    .filter((path) => !path.startsWith(`${snapshotsFolder}/`))
    .map((path) => ({
      path: `project/${path}`,
      message: "a btrfs subvolume of its own: not in this backup",
    }));
}
