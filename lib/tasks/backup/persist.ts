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
  btrfs: Pick<Btrfs, "show" | "send">;
  watch: Watch;
}

/** As a base's row keeps it; undefined: nothing could be compared with it. */
export async function persistState(
  persist: Persist,
  stage: Pick<Stage, "directory">,
  { btrfs, watch }: Means,
): Promise<string | undefined> {
  if (persist.kind !== "subvolume") return plainState(persist);
  const snapshot = join(stage.directory, "persist");
  const shown = await btrfs.show(snapshot, watch);
  // Not its generation: btrfs may write to a snapshot after it was taken, to
  // let go of files that were open and had no name any more.
  return subvolumeState(String(shown.parent_uuid), shown.created_generation);
}

/** Of all but a subvolume, which has to be asked. */
export function plainState(
  persist: Exclude<Persist, { kind: "subvolume" }>,
): string | undefined {
  if (persist.kind !== "manifest") return JSON.stringify([persist.kind]);
  return persist.digest && JSON.stringify(["manifest", persist.digest]);
}

/** Equal ones: nothing was written to it since. */
export function subvolumeState(uuid: string, generation: number): string {
  return JSON.stringify(["subvolume", uuid, generation]);
}

export async function samePersist(
  persist: Persist,
  { path, persist: before }: BaseRow,
  stage: Pick<Stage, "directory">,
  means: Means,
): Promise<boolean> {
  const now = await persistState(persist, stage, means);
  if (now === undefined) return false;
  if (now === before) return true;
  const [kind, uuid] = JSON.parse(now) as string[];
  const [kindBefore, uuidBefore] = JSON.parse(before) as string[];
  if (kind !== "subvolume" || kindBefore !== kind || uuid !== uuidBefore) {
    return false;
  }
  const { changes } = await compareSnapshots({
    base: join(path, "persist"),
    snapshot: join(stage.directory, "persist"),
    ...means,
    limit: 1,
  });
  return changes === 0;
}
