/** A backup as the stand-in keeps it: one file, contents and all. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { errnoOf } from "../errno.js";
import { idPattern, sha256 } from "./store-file.js";
import { Failed, failed, kernelReport, report, unreadable } from "./words.js";

export const Node = z.object({
  path: z.string(),
  type: z.enum(["dir", "file", "symlink"]),
  mode: z.number(),
  uid: z.number(),
  gid: z.number(),
  size: z.number(),
  /** base64 of a file; where a link leads. */
  content: z.string(),
});
export type Node = z.infer<typeof Node>;

const Stored = z.object({
  /** What `snapshots --json` shows, without its id. */
  snapshot: z
    .object({ hostname: z.string(), paths: z.array(z.string()) })
    .loose(),
  nodes: z.array(Node),
  /** Milliseconds, by path. */
  mtimes: z.record(z.string(), z.number()),
  /** Ids of the packs that would hold the contents. */
  packs: z.array(z.string()),
});
export type Stored = z.infer<typeof Stored>;

/**
 * Files' times are the kernel's, whatever a world's clock says, and its
 * directory has another name each time: neither is part of the id, which is
 * the same in every run of the same world.
 */
export function idOf({
  snapshot,
  nodes,
}: Pick<Stored, "snapshot" | "nodes">): string {
  const told = (key: string, value: unknown) =>
    key === "command" ? undefined : value;
  return sha256(JSON.stringify({ snapshot, nodes }, told));
}

/** What its file holds: nobody but rustic can write such a one. */
export function textOf(stored: Stored): string {
  return JSON.stringify({ mac: macOf(stored), ...stored });
}

function macOf(stored: object): string {
  return sha256(JSON.stringify(stored));
}

/**
 * Under another one's name a backup is read as well: rustic compares no ids.
 *
 * @throws Failed: not there, or not whole.
 */
export async function readStored(
  repository: string,
  id: string,
): Promise<Stored> {
  const file = join(repository, "snapshots", id);
  if (!idPattern.test(id)) throw noSuch(file);
  const text = await readFile(file, "utf8").catch(notThere(file));
  const stored = parsed(text);
  if (!stored) throw unreadable("Snapshot", id, damaged);
  return stored;
}

/** As it was written: a parsed copy could have another order. */
function parsed(text: string): Stored | undefined {
  try {
    const { mac, ...stored } = JSON.parse(text) as Stored & { mac: string };
    const whole = Stored.safeParse(stored).success && mac === macOf(stored);
    return whole ? stored : undefined;
  } catch {
    return undefined;
  }
}

const damaged = "Data decryption failed, MAC check failed.";

/** For catch. */
export function notThere(file: string): (error: unknown) => never {
  return (error) => {
    if (errnoOf(error)?.code === "ENOENT") throw noSuch(file);
    throw new Failed(`error: ${report(kernelReport(error, file))}`);
  };
}

function noSuch(file: string): Failed {
  return failed({
    about: "the backend",
    message:
      "Failed to read the contents of the file. Please check the file and try again.",
    context: `- path: ${file}`,
    cause: "No such file or directory (os error 2)",
  });
}
