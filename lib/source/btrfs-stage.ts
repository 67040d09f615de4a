/** The stage of a btrfs subvolume: a read-only snapshot. */

import { join } from "node:path";
import type { Warning } from "../../conat-api/index.js";
import { copyTree } from "./copy-tree.js";
import { sourceKind } from "./filesystem.js";
import { mountWarnings } from "./mount-warnings.js";
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
  await btrfs.snapshotReadOnly(paths.subvolume, project, options);
  const persist = await persistOutside(paths);
  const warnings = persist ? await stagePersist(options, persist) : [];
  const excluded = await rollingSnapshots(project);
  return {
    kind: "btrfs",
    directory,
    cwd: directory,
    source: wholeStage,
    excluded: excluded.map((name) => `project/${name}`),
    warnings,
    lateWarnings: () => missingParts(options, persist),
    lastWarnings: () => Promise.resolve([]),
    wrap: (command) => command,
    close: () => closeBtrfsStage(options),
  };
}

export async function closeBtrfsStage({
  directory,
  btrfs,
}: StageOptions): Promise<void> {
  await removeTree(directory, btrfs);
  await removeTree(capturesOf(directory), btrfs);
}

/**
 * A persist store elsewhere: a snapshot where it is a subvolume, else a copy
 * (reflinks where the file system has them) with each database in it taken
 * by SQLite itself.
 */
async function stagePersist(
  options: StageOptions,
  source: string,
): Promise<Warning[]> {
  const target = join(options.directory, "persist");
  if ((await sourceKind(source)) === "btrfs") {
    await options.btrfs.snapshotReadOnly(source, target, options);
    return [];
  }
  await copyTree(source, target, options);
  return options.captureDatabases.intoCopy({
    source,
    copy: target,
    captures: capturesOf(options.directory),
    watch: options,
  });
}

/** What a snapshot has only an empty directory of. */
async function missingParts(
  options: StageOptions,
  persist: string | undefined,
): Promise<Warning[]> {
  const [nested, mounted] = await Promise.all([
    nestedWarnings(options),
    mountWarnings(options.paths.subvolume, persist),
  ]);
  return [...nested, ...mounted];
}

async function nestedWarnings({
  paths,
  btrfs,
  signal,
  idleTimeoutMs,
}: StageOptions): Promise<Warning[]> {
  // The row has room for one group: while this runs it is rustic's.
  const nested = await btrfs.nested(paths.subvolume, { signal, idleTimeoutMs });
  return nested
    .filter((path) => !path.startsWith(`${snapshotsFolder}/`))
    .map((path) => ({
      path: `project/${path}`,
      message: "a btrfs subvolume of its own: not in this backup",
    }));
}
