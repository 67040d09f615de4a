/** What tells whether a project's persist store has changed. */

import { join } from "node:path";
import type { ProjectPaths } from "../../host.js";
import type { Btrfs } from "../../source/btrfs.js";
import { compareSnapshots } from "../../source/changes/compare.js";
import { readManifest } from "../../source/changes/manifest.js";
import { sourceKind } from "../../source/filesystem.js";
import { placeInStage } from "../../source/persist.js";
import type { Stage } from "../../source/stage-shape.js";
import type { Watch } from "../../source/watch.js";
import type { BaseRow } from "../../store/index.js";

export type Persist =
  /** There is none, or it lies in the project's own tree. */
  | { kind: "none" | "inside" }
  /** A subvolume of its own, that is snapshotted with the project. */
  | { kind: "subvolume"; store: string }
  /** undefined: it was written to just now. */
  | { kind: "manifest"; store: string; digest: string | undefined };

/** Before the store is staged, so that what is written later shows. */
export async function persistBefore(
  paths: ProjectPaths,
  signal?: AbortSignal,
): Promise<Persist> {
  if ((await sourceKind(paths.subvolume)) !== "btrfs") return { kind: "none" };
  const place = await placeInStage(paths);
  if (!place) return { kind: "none" };
  const { store, inside } = place;
  if (inside !== undefined) return { kind: "inside" };
  return (await sourceKind(store)) === "btrfs"
    ? { kind: "subvolume", store }
    : { kind: "manifest", store, digest: await readManifest(store, signal) };
}

interface Means {
  btrfs: Pick<Btrfs, "send">;
  watch: Watch;
}

/**
 * As a base's row keeps it; undefined: nothing could be compared with it. Of a
 * subvolume its snapshots tell.
 */
export function persistState(persist: Persist): string | undefined {
  if (persist.kind !== "manifest") return JSON.stringify([persist.kind]);
  return persist.digest && JSON.stringify(["manifest", persist.digest]);
}

export async function samePersist(
  persist: Persist,
  { path, persist: before }: BaseRow,
  { directory }: Pick<Stage, "directory">,
  { btrfs, watch }: Means,
): Promise<boolean> {
  if (persistState(persist) !== before) return false;
  if (persist.kind !== "subvolume") return true;
  const { changes } = await compareSnapshots({
    base: join(path, "persist"),
    snapshot: join(directory, "persist"),
    ...{ btrfs, watch, limit: 1 },
  });
  return changes === 0;
}
