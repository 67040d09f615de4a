/** A project on btrfs, its base, and what came after. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createBtrfs } from "../../lib/source/btrfs.js";
import {
  type CompareOptions,
  type Comparison,
  compareSnapshots,
} from "../../lib/source/changes/compare.js";
import { createSendStreamReader } from "../../lib/source/changes/send-stream.js";

const environment = { PATH: process.env.PATH ?? "" };
export const btrfs = createBtrfs({
  ...{ program: "btrfs", privileged: [], environment },
});

export interface ProjectGround {
  /** The live subvolume. */
  project: string;
  /** Read-only snapshots of it. */
  base: string;
  snapshot: string;
}

let made = 0;

/** A new subvolume with what `fill` puts into it, and its base. */
export async function makeProject(
  root: string,
  fill: (project: string) => void | Promise<void> = () => {},
): Promise<ProjectGround> {
  made += 1;
  const directory = join(root, `ground-${made}`);
  mkdirSync(directory);
  const project = join(directory, "project");
  const base = join(directory, "base");
  await btrfs.createSubvolume(project);
  await fill(project);
  await btrfs.snapshotReadOnly(project, base);
  return { project, base, snapshot: join(directory, "snapshot") };
}

export interface Compared extends Comparison {
  /** The commands that btrfs sent, with their paths. */
  records: string[];
}

/** Takes the snapshot, and compares it with the base. */
export async function compare(
  { project, base, snapshot }: ProjectGround,
  options: Partial<CompareOptions> = {},
): Promise<Compared> {
  await btrfs.snapshotReadOnly(project, snapshot);
  const records = await recordsOf({ base, snapshot });
  const compared = await compareSnapshots({
    ...{ base, snapshot, btrfs, limit: { records: 10_000, ms: 60_000 } },
    ...options,
  });
  return { ...compared, records };
}

export async function recordsOf({
  base,
  snapshot,
}: Pick<ProjectGround, "base" | "snapshot">): Promise<string[]> {
  const records: string[] = [];
  const reader = createSendStreamReader(({ command, path, pathTo }) =>
    records.push([command, path, pathTo].filter(Boolean).join(" ")),
  );
  await btrfs.send(base, snapshot, reader.push);
  reader.end();
  return records;
}
