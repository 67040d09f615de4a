/** What is mounted inside a project: no stage shows it. */

import { realpath } from "node:fs/promises";
import type { Warning } from "../../conat-api/index.js";
import { mountsBelow } from "./mounts.js";

/** `staged`: what has a place of its own in the stage, by its real path. */
export async function mountWarnings(
  subvolume: string,
  staged: string | undefined,
): Promise<Warning[]> {
  const project = await realpath(subvolume);
  const mounts = await mountsBelow(project);
  return mounts
    .filter((mount) => mount !== project && mount !== staged)
    .map((mount) => ({
      path: `project${mount.slice(project.length)}`,
      message: "a file system of its own: not in this backup",
    }));
}
