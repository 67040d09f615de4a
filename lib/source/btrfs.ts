/** btrfs subvolumes: make, snapshot, delete, list what is nested. */

import { realpath } from "node:fs/promises";
import { BackupError } from "../../conat-api/index.js";
import { run } from "../exec.js";
import { pathInFileSystem } from "./mounts.js";

export interface Btrfs {
  createSubvolume(path: string): Promise<void>;
  snapshotReadOnly(source: string, path: string): Promise<void>;
  deleteSubvolume(path: string): Promise<void>;
  /** Subvolumes directly below, as paths relative to `subvolume`. */
  nested(subvolume: string): Promise<string[]>;
}

export interface BtrfsSettings {
  /** Path or name of the btrfs program. */
  program: string;
  privileged: readonly string[];
  environment: Readonly<Record<string, string>>;
}

export function createBtrfs(settings: BtrfsSettings): Btrfs {
  const call = (args: string[]) => btrfs(settings, args);
  return {
    async createSubvolume(path) {
      await call(["subvolume", "create", path]);
    },
    async snapshotReadOnly(source, path) {
      await call(["subvolume", "snapshot", "-r", source, path]);
    },
    async deleteSubvolume(path) {
      await call(["subvolume", "delete", path]);
    },
    async nested(subvolume) {
      const [top, listed] = await Promise.all([
        realpath(subvolume).then(pathInFileSystem),
        call(["subvolume", "list", "-o", subvolume]),
      ]);
      return pathsBelow(top, listed);
    },
  };
}

/** Lines are `ID 258 gen 12 top level 257 path a/b`. */
function pathsBelow(top: string, listed: string): string[] {
  const prefix = top === "" ? "" : `${top}/`;
  const paths: string[] = [];
  for (const [, path = ""] of listed.matchAll(/^ID \d+ .*? path (.*)$/gm)) {
    if (path.startsWith(prefix)) paths.push(path.slice(prefix.length));
  }
  return paths;
}

async function btrfs(
  { program, privileged, environment }: BtrfsSettings,
  args: string[],
): Promise<string> {
  const [file = program, ...rest] = [...privileged, program, ...args];
  const { exitCode, stdout, stderr } = await run({
    file,
    args: rest,
    env: environment,
  });
  if (exitCode === 0) return stdout;
  const full = /No space left|quota exceeded/i.test(stderr);
  throw new BackupError(
    full ? "NO_SPACE" : "FILESYSTEM_FAILED",
    full
      ? "The host's disk is full."
      : `btrfs ${args[0]} ${args[1]} failed on this host.`,
    { hint: "The host's log has its message.", details: stderr },
  );
}
