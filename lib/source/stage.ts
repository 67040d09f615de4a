/**
 * The stage: what rustic reads. `<stage>/project` and, where the persist
 * store lies elsewhere, `<stage>/persist`, so that the metadata of both roots
 * is stored and the paths are equal in every backup of a project.
 */

import { mkdir } from "node:fs/promises";
import type { SourceKind } from "../../conat-api/index.js";
import { BackupError } from "../../conat-api/index.js";
import type { ProjectPaths } from "../host.js";
import { openBtrfsStage } from "./btrfs-stage.js";
import { sourceKind } from "./filesystem.js";
import { openLiveStage } from "./live-stage.js";
import type { Stage, StageOptions } from "./stage-shape.js";

/** @throws BackupError NOT_FOUND: there is no such directory. */
export async function requireSource({
  subvolume,
}: ProjectPaths): Promise<SourceKind> {
  const kind = await sourceKind(subvolume);
  if (kind) return kind;
  throw new BackupError("NOT_FOUND", "The project has no files on this host.", {
    hint: "If it is archived, restore it first.",
  });
}

/**
 * Opens the stage of a project; whatever was made is gone again when this
 * throws.
 */
export async function openStage(options: StageOptions): Promise<Stage> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  return options.kind === "btrfs"
    ? openBtrfsStage(options)
    : openLiveStage(options);
}
