/** `rustic prune`, in two phases: packs are marked, and deleted later. */

import type { RusticCommand } from "../rustic.js";

export interface PruneInput {
  /**
   * How long a marked pack stays: longer than any backup or restore takes
   * that began before it was marked.
   */
  keepDeleteSeconds: number;
  /** Packs that are only partly needed are written anew up to this size. */
  maxRepackBytes?: number | undefined;
  /** What may stay unused: `5%`, or bytes. */
  maxUnused?: `${number}%` | number | undefined;
}

/** Sizes are as exact as rustic prints them: three to four digits. */
export interface PruneResult {
  /** Written anew without what nobody needs; the old ones are marked. */
  packs_repacked: number;
  /** Marked by this prune: a later one deletes them. */
  packs_marked: number;
  bytes_marked: number;
  /** Marked before and needed by a backup that ran meanwhile: kept. */
  packs_recovered: number;
  /** Marked before, and not yet for long enough. */
  packs_waiting: number;
  bytes_waiting: number;
  packs_removed: number;
  bytes_removed: number;
  index_files_rebuilt: number;
}

export function pruneCommand(input: PruneInput): RusticCommand<PruneResult> {
  const { keepDeleteSeconds, maxRepackBytes, maxUnused } = input;
  return {
    action: "prune the repository",
    args: [
      "prune",
      ...["--keep-delete", `${Math.ceil(keepDeleteSeconds)}s`],
      ...(maxRepackBytes === undefined
        ? []
        : ["--max-repack", `${maxRepackBytes}B`]),
      ...(maxUnused === undefined
        ? []
        : [
            "--max-unused",
            typeof maxUnused === "number" ? `${maxUnused}B` : maxUnused,
          ]),
    ],
    parse: () => undefined,
  };
}
