/** What rustic says of a backup that it stored. */

import { z } from "zod";
import type { LogRecord } from "../log.js";
import type { RusticCommand } from "../rustic.js";
import { errorsOf, foundErrors } from "./check.js";

const action = "make sure that the backup is stored";

const Pack = z.object({
  id: z.string().regex(/^[0-9a-f]{64}$/),
  /** In index files of restic. */
  size: z.number().optional(),
  blobs: z.array(
    z.object({ length: z.number(), uncompressed_length: z.number().nullish() }),
  ),
});
const IndexFile = z.object({ packs: z.array(Pack) });

export interface PackSize {
  id: string;
  size: number;
}

/** The packs that an index file names. */
export function readIndexCommand(id: string): RusticCommand<PackSize[]> {
  return {
    action,
    args: ["cat", "index", id],
    parse({ stdout }) {
      try {
        const { packs } = IndexFile.parse(JSON.parse(stdout));
        return packs.map((pack) => ({ id: pack.id, size: sizeOf(pack) }));
      } catch {
        return undefined;
      }
    },
  };
}

/** Its blobs, then their list, encrypted, then that list's length. */
function sizeOf({ size, blobs }: z.infer<typeof Pack>): number {
  const overhead = 32 + 4;
  const entry = (uncompressed: number | null | undefined) =>
    uncompressed ? 41 : 37;
  return (
    size ??
    blobs.reduce(
      (sum, { length, uncompressed_length }) =>
        sum + length + entry(uncompressed_length),
      overhead,
    )
  );
}

export interface Findings {
  /** Packs that an index names are gone or of another size: anybody's. */
  packs: boolean;
  /** What is wrong with the backup's own trees, in rustic's words. */
  trees: string[];
}

/**
 * Lists all packs and walks the backup's trees. Its own trees may come from
 * the cache: their packs are listed nevertheless.
 */
export function checkCommand(backup_id: string): RusticCommand<Findings> {
  return {
    action,
    args: ["check", "--trust-cache", backup_id],
    answers: foundErrors,
    parse(output) {
      const errors = errorsOf(output);
      if (!errors) return undefined;
      const ofPacks = errors.filter((text) => /^pack [0-9a-f]+\b/.test(text));
      return {
        packs: ofPacks.length > 0,
        trees: errors.filter((text) => !ofPacks.includes(text)),
      };
    },
  };
}

/**
 * Is all content of the backup in packs that are there? With `--check-index`
 * rustic lists the packs and leaves those that are gone out of its index;
 * nothing is written. What only a pack holds that no index file names counts
 * as there: `checkCommand` sees that.
 */
export function isWholeCommand(backup_id: string): RusticCommand<boolean> {
  return {
    action,
    args: ["--check-index", "repair", "snapshots", "--dry-run", backup_id],
    parse({ records, stderr = "" }) {
      if (records.some(isLoss)) return false;
      const ok = new RegExp(
        `^\\[INFO\\] snapshot ${backup_id.slice(0, 8)} is ok\\.$`,
        "m",
      );
      return ok.test(stderr);
    },
  };
}

/** Beside them are warnings of attempts that were repeated. */
function isLoss({ text }: LogRecord): boolean {
  return /^(file |Error: |snapshot )/.test(text);
}
