/** btrfs subvolumes: make, snapshot, delete, list, compare. */

import { realpath } from "node:fs/promises";
import { BackupError } from "../../conat-api/index.js";
import { pathInFileSystem } from "./mounts.js";
import { parseSubvolumes, type Subvolume } from "./subvolumes.js";
import { runPrivileged, type Watch } from "./watch.js";

export interface Btrfs {
  createSubvolume(path: string): Promise<void>;
  snapshotReadOnly(source: string, path: string, watch?: Watch): Promise<void>;
  deleteSubvolume(path: string): Promise<void>;
  /** Subvolumes directly below, as paths relative to `subvolume`. */
  nested(subvolume: string, watch?: Watch): Promise<string[]>;
  /** Commits what was written to the file system that `path` lies on. */
  sync(path: string, watch?: Watch): Promise<void>;
  /** All of the file system that `path` lies on, but those in doubt. */
  list(path: string, watch?: Watch): Promise<Subvolume[]>;
  /**
   * What turns `base` into `snapshot`, both read-only, without file contents:
   * hands on the stream that send-stream.ts reads.
   */
  send(
    base: string,
    snapshot: string,
    onChunk: (chunk: Buffer) => void,
    watch?: Watch,
  ): Promise<void>;
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
    async sync(path, watch) {
      await call(["filesystem", "sync", path], watch);
    },
    async list(path, watch) {
      const args = ["subvolume", "list", "-c", "-u", "-q", path];
      return parseSubvolumes(await call(args, watch));
    },
    async send(base, snapshot, onChunk, watch) {
      const args = ["send", "--no-data", "-q", "-p", base, snapshot];
      await btrfs(settings, args, watch, onChunk);
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
  onStdout?: (chunk: Buffer) => void,
): Promise<string> {
  const { exitCode, stdout, stderr } = await runPrivileged(
    [program, ...args],
    { privileged, environment, signal, onGroup, idleTimeoutMs },
    onStdout,
  );
  if (exitCode === 0) return stdout;
  const full = /No space left|quota exceeded/i.test(stderr);
  throw new BackupError(
    full ? "NO_SPACE" : "FILESYSTEM_FAILED",
    full
      ? "The host's disk is full."
      : `The command btrfs ${wordsOf(args)} failed on this host.`,
    { hint: "The host's log has its message.", details: stderr },
  );
}

/** `subvolume list`, `send`: without options and paths. */
function wordsOf(args: string[]): string {
  return args
    .slice(0, 2)
    .filter((arg) => /^[a-z]+$/.test(arg))
    .join(" ");
}
