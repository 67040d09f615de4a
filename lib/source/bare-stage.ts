/**
 * The stage of a plain directory where no mount namespace may be entered (a
 * container without the right): the live tree as it is, under the same
 * names. rustic then has no metadata of the project's own root, and one
 * source only.
 */

import { join } from "node:path";
import type { Warning } from "../../conat-api/index.js";
import { findDatabases, inUse } from "./find-databases.js";
import { type PersistPlace, placeOfPersist } from "./persist.js";
import { rollingSnapshots } from "./rolling-snapshots.js";
import { below } from "./sqlite-capture.js";
import type { Stage, StageOptions } from "./stage-shape.js";

export async function openBareStage({
  directory,
  paths,
  signal,
}: StageOptions): Promise<Omit<Stage, "close">> {
  const { subvolume } = paths;
  const place = await placeOfPersist(paths);
  return {
    kind: "live",
    directory,
    cwd: subvolume,
    // Of an absolute source, globs would have to name the host's own paths.
    source: [".", "--as-path", "/project"],
    excluded: await rollingSnapshots(subvolume),
    warnings: [noRoot, ...(place ? await persistWarnings(place, signal) : [])],
    lateWarnings: () => Promise.resolve([]),
    lastWarnings: () => Promise.resolve([]),
    wrap: (command) => command,
  };
}

const noNamespace = "this machine allows no mount namespace";

const noRoot: Warning = {
  path: "project",
  message: `owner and mode of the project's own directory are not in this backup: ${noNamespace}`,
};

async function persistWarnings(
  { store, inside }: PersistPlace,
  signal: AbortSignal | undefined,
): Promise<Warning[]> {
  if (inside === undefined) {
    const message = `the persist store is not in this backup: ${noNamespace}`;
    return [{ path: "persist", message }];
  }
  const { databases, warnings } = await findDatabases(store, signal);
  return [...warnings, ...databases.map(inUse)].map((warning) =>
    below(join("project", inside), warning),
  );
}
