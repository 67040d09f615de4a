/** btrfs subvolumes: make, snapshot, delete, list what is nested. */

import { realpath } from "node:fs/promises";
import { BackupError } from "../../conat-api/index.js";
import { pathInFileSystem } from "./mounts.js";
import { runPrivileged, type Watch } from "./watch.js";

export interface Btrfs {
  createSubvolume(path: string): Promise<void>;
  snapshotReadOnly(source: string, path: string, watch?: Watch): Promise<void>;
  deleteSubvolume(path: string): Promise<void>;
  /** Subvolumes directly below, as paths relative to `subvolume`. */
  nested(subvolume: string, watch?: Watch): Promise<string[]>;
}

export interface BtrfsSettings {
  /** Path or name of the btrfs program. */
  program: string;
  privileged: readonly string[];
  environment: Readonly<Record<string, string>>;
}

export function createBtrfs(settings: BtrfsSettings): Btrfs {
  const call = (args: string[], watch?: Watch) => btrfs(settings, args, watch);
  return {
    async createSubvolume(path) {
      await call(["subvolume", "create", path]);
    },
    async snapshotReadOnly(source, path, watch) {
      await call(["subvolume", "snapshot", "-r", source, path], watch);
    },
    async deleteSubvolume(path) {
      await call(["subvolume", "delete", path]);
    },
    async nested(subvolume, watch) {
      const [top, listed] = await Promise.all([
        realpath(subvolume).then(pathInFileSystem),
        call(["subvolume", "list", "-o", subvolume], watch),
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
  { signal, onGroup, idleTimeoutMs }: Watch = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await runPrivileged([program, ...args], {
    ...{ privileged, environment },
    ...{ signal, onGroup, idleTimeoutMs },
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
