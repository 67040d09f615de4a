/** What a backup wrote to its repository, by rustic's own log file. */

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** Ids as the log has them: their first 8 hex digits. */
export interface Written {
  packs: Set<string>;
  index: Set<string>;
  snapshots: Set<string>;
  /** Epoch ms: before the first index file was written; Infinity: none. */
  wroteIndexAt: number;
  /** Epoch ms: after the repository's index was read; Infinity: never. */
  readIndexAt: number;
}

/**
 * A line of the log for each file, before it is written. Names of a
 * project's files are in the log too, with line breaks in them: a line may
 * be forged, it cannot be hidden.
 */
export async function readWritten(logFile: string): Promise<Written> {
  const sets = { Pack: newSet(), Index: newSet(), Snapshot: newSet() };
  let wroteIndexAt = Infinity;
  let readIndexAt = -Infinity;
  const input = createReadStream(logFile);
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    const [, time = "", kind, id = ""] = writing.exec(line) ?? [];
    if (kind) sets[kind as keyof typeof sets].add(id);
    if (kind === "Index") {
      wroteIndexAt = Math.min(wroteIndexAt, Date.parse(time) || 0);
    }
    const [, started] = starting.exec(line) ?? [];
    if (started) {
      readIndexAt = Math.max(readIndexAt, Date.parse(started) || Infinity);
    }
  }
  return {
    packs: sets.Pack,
    index: sets.Index,
    snapshots: sets.Snapshot,
    wroteIndexAt,
    readIndexAt: readIndexAt === -Infinity ? Infinity : readIndexAt,
  };
}

const newSet = () => new Set<string>();

const writing =
  /^(\S*) \[TRACE\] - writing tpe: (Pack|Index|Snapshot), id: ([0-9a-f]{8})$/;
const starting = /^(\S+) \[INFO\] - starting to backup /;
