/**
 * A btrfs program that keeps a copy of each stage snapshot that is deleted:
 * what a job read can be compared with what comes back.
 */

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "./temp.js";
import { toolPath } from "./tools.js";

export interface KeepingBtrfs {
  /** For `commands.btrfs`. */
  program: string;
  /** The kept snapshot of a job's stage. */
  kept(job_id: string, name: "project" | "persist"): string;
}

/** `directory` lies on the btrfs file system of the projects. */
export function keepingBtrfs(directory: string): KeepingBtrfs {
  const real = toolPath("btrfs");
  const program = join(tempDir("keeping-btrfs"), "btrfs");
  mkdirSync(directory);
  const script = `#!/bin/sh
if [ "$1 $2" = "subvolume delete" ]; then
  case "$3" in
    */stage/*)
      job=$(basename "$(dirname "$3")")
      ${real} subvolume snapshot -r "$3" "${directory}/$job.$(basename "$3")" >/dev/null || exit 1;;
  esac
fi
exec ${real} "$@"
`;
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  return {
    program,
    kept: (job_id, name) => join(directory, `${job_id}.${name}`),
  };
}
