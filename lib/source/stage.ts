/**
 * The stage: what rustic reads. `<stage>/project` and, where the persist
 * store lies elsewhere, `<stage>/persist`, so that the metadata of both roots
 * is stored and the paths are equal in every backup of a project.
 */

import { mkdir } from "node:fs/promises";
import type { SourceKind } from "../../conat-api/index.js";
import { BackupError } from "../../conat-api/index.js";
import type { ProjectPaths } from "../host.js";
import { closeBtrfsStage, openBtrfsStage } from "./btrfs-stage.js";
import { sourceKind } from "./filesystem.js";
import { closeLiveStage, openLiveStage } from "./live-stage.js";
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
 *
 * @throws BackupError NO_SPACE, FILESYSTEM_FAILED; CANCELLED or STALLED of
 * the commands that it runs.
 */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { open, close } = kinds[options.kind];
  try {
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    return await open(options);
  } catch (error) {
    // The row keeps the stage's path: what is left is removed later.
    await close(options).catch(() => {});
    throw error;
  }
}

const kinds = {
  btrfs: { open: openBtrfsStage, close: closeBtrfsStage },
  live: { open: openLiveStage, close: closeLiveStage },
};
