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
}

/** Counts are exact, sizes as rustic prints them: with one decimal. */
export interface PruneResult {
  /** Written anew without what nobody needs; the old ones are marked. */
  packs_repacked: number;
  /** Marked by this prune: a later one deletes them. */
  packs_marked: number;
  bytes_marked: number;
  /** Marked before, and needed by a backup that ran meanwhile: kept. */
  packs_recovered: number;
  /** Marked before, and not yet for long enough. */
  packs_waiting: number;
  bytes_waiting: number;
  packs_removed: number;
  bytes_removed: number;
  /** What all backups need. */
  bytes_used: number;
  /** What stays although no backup needs it, in packs that are needed. */
  bytes_unused: number;
  index_files_rebuilt: number;
}

/** `--instant-delete` never: it takes packs from commands that run. */
export function pruneCommand(input: PruneInput): RusticCommand<PruneResult> {
  const { keepDeleteSeconds, maxRepackBytes } = input;
  return {
    action: "prune the repository",
    args: [
      "prune",
      // The number of index files is told to those who debug.
      ...["--log-level", "debug"],
      ...["--keep-delete", `${Math.ceil(keepDeleteSeconds)}s`],
      ...(maxRepackBytes === undefined
        ? []
        : ["--max-repack", `${maxRepackBytes}B`]),
    ],
    // A list that was cut short makes it mark what is needed.
    parse: ({ records, stderr = "" }) =>
      records.some(({ level }) => level === "ERROR")
        ? undefined
        : resultOf(stderr),
  };
}

/** undefined: a line is missing. */
function resultOf(stderr: string): PruneResult | undefined {
  const line = lineReader(stderr);
  const repacked = line("to repack");
  const unneeded = line("to delete");
  const remaining = line("remaining");
  const unused = line("unused size after prune");
  const removed = line(" - complete deletion");
  const waiting = line(" - keep marked");
  const recovered = line(" - recover");
  const rebuilt = /^\[DEBUG\] index files to rebuild: (\d+) \//m.exec(stderr);
  if (!repacked || !unneeded || !remaining || !unused) return undefined;
  if (!removed || !waiting || !recovered || !rebuilt) return undefined;
  const idle = /^\[INFO\] nothing to do!$/m.test(stderr);
  const unindexed = (!idle && line("unindexed")) || none;
  const marked = [repacked, unneeded, unindexed];
  return {
    packs_repacked: repacked.count,
    packs_marked: marked.reduce((sum, { count }) => sum + count, 0),
    bytes_marked: marked.reduce((sum, { bytes }) => sum + bytes, 0),
    packs_recovered: recovered.count,
    packs_waiting: waiting.count,
    bytes_waiting: waiting.bytes,
    packs_removed: removed.count,
    bytes_removed: removed.bytes,
    bytes_used: Math.max(0, remaining.bytes - unused.bytes),
    bytes_unused: unused.bytes,
    index_files_rebuilt: Number(rebuilt[1]),
  };
}

interface Line {
  /** The line's first number: packs, or blobs where it names none. */
  count: number;
  bytes: number;
}

const none: Line = { count: 0, bytes: 0 };

function lineReader(stderr: string) {
  return (name: string): Line | undefined => {
    const [, text] =
      new RegExp(`^\\[INFO\\] ${name}: +(.*)$`, "m").exec(stderr) ?? [];
    const [, size, unit = ""] =
      /([\d.]+) ([KMGTPE]i)?B\b/.exec(text ?? "") ?? [];
    if (text === undefined || size === undefined) return undefined;
    const power = "KMGTPE".indexOf(unit.charAt(0) || "-") + 1;
    const bytes = Math.round(Number(size) * 1024 ** power);
    return { count: Number.parseInt(text), bytes };
  };
}
