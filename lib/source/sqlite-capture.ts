/**
 * Databases of a persist store that no snapshot covers: a copy made by
 * SQLite itself stands in for each. What cannot be copied is a warning.
 */

import {
  chmod,
  chown,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  utimes,
} from "node:fs/promises";
import { join, relative } from "node:path";
import { z } from "zod";
import type { Warning } from "../../conat-api/index.js";
import { run } from "../exec.js";
import { ifAbsent } from "./filesystem.js";

export interface Capture {
  copy: string;
  /** Where it stands in the stage, relative to it. */
  staged: string;
}

export interface CaptureDatabases {
  /** Puts a database's copy in the place of the one that `cp` made. */
  intoCopy(options: {
    source: string;
    copy: string;
    captures: string;
  }): Promise<Warning[]>;
  /** Copies that are to be mounted over the live files. */
  ofLive(options: {
    store?: string;
    staged: string;
    captures: string;
  }): Promise<{ captures: Capture[]; warnings: Warning[] }>;
}

export interface CaptureProgram {
  /** The text of the child script, self-contained. */
  script: string;
  /** better-sqlite3's native addon. */
  addon: string;
}

export function createCaptureDatabases(
  program: () => CaptureProgram,
): CaptureDatabases {
  return {
    async intoCopy({ source, copy, captures }) {
      const taken = await capture(program, source, captures);
      for (const one of taken.copied) {
        const target = join(copy, one.path);
        await rename(one.copy, target);
        for (const suffix of ["-wal", "-shm", "-journal"]) {
          await rm(target + suffix, { force: true });
        }
      }
      return taken.failed.map((path) => inUse(join("persist", path)));
    },

    async ofLive({ store, staged, captures }) {
      if (store === undefined) return { captures: [], warnings: [] };
      const taken = await capture(program, store, captures);
      return {
        captures: taken.copied.map(({ path, copy }) => ({
          copy,
          staged: join(staged, path),
        })),
        warnings: taken.failed.map((path) => inUse(join(staged, path))),
      };
    },
  };
}

function inUse(path: string): Warning {
  return { path, message: "a database that was read while in use" };
}

interface Taken {
  copied: { path: string; copy: string }[];
  failed: string[];
}

async function capture(
  program: () => CaptureProgram,
  store: string,
  captures: string,
): Promise<Taken> {
  const databases = await findDatabases(store);
  if (databases.length === 0) return { copied: [], failed: [] };
  await mkdir(captures, { recursive: true, mode: 0o700 });
  const pairs = databases.map((source, index) => ({
    source,
    copy: join(captures, String(index)),
  }));
  const errors = await runChild(program(), pairs);
  const taken: Taken = { copied: [], failed: [] };
  for (const { source, copy } of pairs) {
    const path = relative(store, source);
    const good =
      errors.get(source) === "" && (await takeMetadata(source, copy));
    if (good) taken.copied.push({ path, copy });
    else taken.failed.push(path);
  }
  return taken;
}

/** Regular files below `directory` that begin as a SQLite database does. */
async function findDatabases(directory: string): Promise<string[]> {
  const entries = await readdir(directory, {
    recursive: true,
    withFileTypes: true,
  });
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await isDatabase(path))) found.push(path);
  }
  return found;
}

const header = Buffer.from("SQLite format 3\0");

async function isDatabase(path: string): Promise<boolean> {
  const file = await open(path, "r").catch(ifAbsent);
  if (!file) return false;
  try {
    const start = Buffer.alloc(header.length);
    await file.read(start, 0, start.length, 0);
    return start.equals(header);
  } finally {
    await file.close();
  }
}

const Answer = z.object({ source: z.string(), error: z.string().optional() });

/** Source -> "" when it was copied, else why not. */
async function runChild(
  { script, addon }: CaptureProgram,
  pairs: { source: string; copy: string }[],
): Promise<Map<string, string>> {
  const { stdout } = await run({
    file: process.execPath,
    args: ["-", addon],
    input: `globalThis.databases = ${JSON.stringify(pairs)};\n${script}`,
    env: {},
  });
  const answers = new Map<string, string>();
  for (const line of stdout.split("\n").filter(Boolean)) {
    const { source, error = "" } = Answer.parse(JSON.parse(line));
    answers.set(source, error);
  }
  return answers;
}

/** Owner, mode and times of the original; false when that is gone. */
async function takeMetadata(source: string, copy: string): Promise<boolean> {
  const stats = await lstat(source).catch(ifAbsent);
  if (!stats?.isFile()) return false;
  await chmod(copy, stats.mode);
  await chown(copy, stats.uid, stats.gid).catch(() => {});
  await utimes(copy, stats.atime, stats.mtime);
  return true;
}
