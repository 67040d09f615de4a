/** What btrfs says of subvolumes, read. */

export interface Subvolume {
  id: number;
  /**
   * It counts only after a sync. Each snapshot that is taken of a subvolume
   * raises it, of a read-only one too.
   */
  generation: number;
  /** At its creation: of a snapshot also that of its source at that moment. */
  created_generation: number;
  uuid: string;
  /** Of what it is a snapshot of. */
  parent_uuid: string | null;
  /** From the top of its file system. */
  path: string;
}

const line =
  /^ID (\d+) gen (\d+) cgen (\d+) top level \d+ parent_uuid +(-|[0-9a-f-]{36}) +uuid ([0-9a-f-]{36}) path (.*)$/gm;

/**
 * Whoever may make a subvolume may put a newline into its name, and after it
 * a line that speaks of another one. The true line is there as well, so of
 * those that contradict each other none is believed. A line of a path where
 * no subvolume is can still be made up: whoever asks must have seen it.
 */
export function parseSubvolumes(listed: string): Subvolume[] {
  const all = [...listed.matchAll(line)].map(subvolumeOf);
  const kinds = ["id", "uuid", "path"] as const;
  const unique = kinds.map((kind) => once(all.map((one) => one[kind])));
  return all.filter((one) =>
    kinds.every((kind, at) => unique[at]?.has(one[kind])),
  );
}

function subvolumeOf(match: string[]): Subvolume {
  const [, id, gen, created, parent, uuid, path] = match;
  return {
    id: Number(id),
    generation: Number(gen),
    created_generation: Number(created),
    uuid: uuid ?? "",
    parent_uuid: parent === "-" ? null : (parent ?? null),
    path: path ?? "",
  };
}

/** Those that are there a single time. */
function once<T>(values: readonly T[]): Set<T> {
  const [seen, single] = [new Set<T>(), new Set<T>()];
  for (const value of values) {
    if (seen.has(value)) single.delete(value);
    else single.add(value);
    seen.add(value);
  }
  return single;
}
