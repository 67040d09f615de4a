/**
 * Index files that a proof covered. Another host, or one whose data directory
 * is gone, may have written one that names packs which the storage did not
 * keep; rustic reads it and does not upload again what those should hold. So
 * a backup answers for itself only where it read none but these.
 */

import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { replacePrivately } from "../../private-file.js";

export type KnownIndex = ReturnType<typeof openKnownIndex>;

const Ids = z.array(z.string());

/** Full ids, in a file of their own. */
export function openKnownIndex(path: string) {
  /** undefined: nothing was ever proven, or nobody knows. */
  const read = (): ReadonlySet<string> | undefined => {
    try {
      return new Set(Ids.parse(JSON.parse(readFileSync(path, "utf8"))));
    } catch {
      return undefined;
    }
  };
  return {
    read,
    /** Those, beside what is known already and `present` still. */
    add(ids: Iterable<string>, present: readonly string[]): void {
      const all = new Set([...(read() ?? []), ...ids]);
      const kept = present.filter((id) => all.has(id));
      try {
        replacePrivately(path, `${JSON.stringify(kept)}\n`);
      } catch {
        // The next backup is proven the long way.
      }
    },
  };
}

/**
 * Those of the repository that rustic has read or written: its cache keeps
 * each as long as the repository does. undefined: it cannot be read.
 */
export async function cachedIndex(
  cache: string,
): Promise<string[] | undefined> {
  try {
    const names = await readdir(join(cache, "index"), { recursive: true });
    return names
      .map((name) => basename(name))
      .filter((name) => /^[0-9a-f]{64}$/.test(name));
  } catch {
    return undefined;
  }
}
