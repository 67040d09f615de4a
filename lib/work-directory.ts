/** Where the directories of a job are. */

import { dirname, join } from "node:path";
import type { SourceKind } from "../conat-api/index.js";
import type { Config } from "./config.js";
import type { ProjectHost } from "./host.js";

/**
 * On the file system of `place`, since renames and snapshots cannot leave
 * it: the configured directory, else one beside the place.
 */
function workDirectory(config: Config, place: string): string {
  return config.work_directory ?? join(dirname(place), ".project-backups");
}

/** The stage of a backup; a live one holds only mount points. */
export function stageDirectory(
  host: Pick<ProjectHost, "dataDir">,
  config: Config,
  { job_id, subvolume, kind }: StagePlace,
): string {
  const work =
    kind === "btrfs" ? workDirectory(config, subvolume) : host.dataDir;
  return join(work, "stage", job_id);
}

export interface StagePlace {
  job_id: string;
  subvolume: string;
  kind: SourceKind;
}

/** Where an in-place restore writes before the swap. */
export function stagingDirectory(
  config: Config,
  place: string,
  job_id: string,
): string {
  return join(workDirectory(config, place), "staging", job_id);
}

/** Where an in-place restore keeps the tree that was there before. */
export function keptDirectory(
  config: Config,
  place: string,
  job_id: string,
): string {
  return join(workDirectory(config, place), "kept", job_id);
}
