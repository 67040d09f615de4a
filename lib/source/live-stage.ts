/**
 * The stage of a plain directory: the live tree, bind-mounted read-only in a
 * mount namespace that rustic runs in.
 */

import { mkdir, readFile, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { Warning } from "../../conat-api/index.js";
import { openBareStage } from "./bare-stage.js";
import { ifAbsent } from "./filesystem.js";
import { mountWarnings } from "./mount-warnings.js";
import { canEnterNamespace, inNamespace } from "./namespace.js";
import { type PersistPlace, placeInStage } from "./persist.js";
import { removeTree } from "./remove.js";
import { rollingSnapshots } from "./rolling-snapshots.js";
import type { Capture } from "./sqlite-capture.js";
import {
  capturesOf,
  type Stage,
  type StageOptions,
  wholeStage,
} from "./stage-shape.js";
import { sideSuffixes } from "./stand-in.js";

export async function openLiveStage(options: StageOptions): Promise<Stage> {
  const close = () => closeLiveStage(options);
  return (await canEnterNamespace(options.directory, options))
    ? { ...(await openNamespaceStage(options)), close }
    : { ...(await openBareStage(options)), close };
}

async function openNamespaceStage(
  options: StageOptions,
): Promise<Omit<Stage, "close">> {
  const { directory, paths, privileged } = options;
  const { subvolume } = paths;
  const place = await placeInStage(paths);
  const persist = place?.inside === undefined ? place?.store : undefined;
  await mkdir(join(directory, "project"));
  if (persist) await mkdir(join(directory, "persist"));
  const { captures, warnings } = await captureStore(options, place);
  const excluded = await rollingSnapshots(subvolume);
  const missed = join(capturesOf(directory), "missed");
  return {
    kind: "live",
    directory,
    cwd: directory,
    source: wholeStage,
    excluded: [
      ...excluded.map((name) => `project/${name}`),
      ...captures.flatMap(sideFiles),
    ],
    warnings: [...warnings, ...(await mountWarnings(subvolume, persist))],
    lateWarnings: () => Promise.resolve([]),
    lastWarnings: () => vanishedWarnings(missed),
    wrap: (command) =>
      inNamespace(privileged, command, {
        ...{ stage: directory, project: subvolume },
        ...{ persist: persist ?? "", captures, missed },
      }),
  };
}

async function captureStore(
  options: StageOptions,
  place: PersistPlace | undefined,
): Promise<{ captures: Capture[]; warnings: Warning[] }> {
  if (place === undefined) return { captures: [], warnings: [] };
  const { store, inside } = place;
  return options.captureDatabases.ofLive({
    store,
    staged: inside === undefined ? "persist" : join("project", inside),
    captures: capturesOf(options.directory),
    watch: options,
  });
}

function sideFiles({ staged }: Capture): string[] {
  return sideSuffixes.map((suffix) => staged + suffix);
}

/** Databases that were captured and gone when rustic came. */
async function vanishedWarnings(missed: string): Promise<Warning[]> {
  const names = (await readFile(missed, "utf8").catch(ifAbsent)) ?? "";
  return names
    .split("\n")
    .filter(Boolean)
    .map((path) => ({ path, message: "vanished while it was read" }));
}

/** The mount points are empty again: rmdir, which cannot harm a project. */
export async function closeLiveStage({
  directory,
  btrfs,
}: StageOptions): Promise<void> {
  for (const name of ["project", "persist"]) {
    await rmdir(join(directory, name)).catch(ifAbsent);
  }
  await rmdir(directory).catch(ifAbsent);
  await removeTree(capturesOf(directory), btrfs);
}
