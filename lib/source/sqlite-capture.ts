/**
 * Databases of a persist store that no snapshot covers: a copy made by
 * SQLite itself stands in for each. What cannot be copied is a warning.
 */

import { chmod, chown, lstat, mkdir, utimes } from "node:fs/promises";
import { join, relative } from "node:path";
import { z } from "zod";
import type { Warning } from "../../conat-api/index.js";
import { findDatabases, inUse } from "./find-databases.js";
import { standInFor } from "./stand-in.js";
import { runWatched, type Watch } from "./watch.js";

export interface Capture {
  copy: string;
  /** Where it stands in the stage, relative to it. */
  staged: string;
}

/** Both throw BackupError CANCELLED or STALLED where `watch` asks for it. */
export interface CaptureDatabases {
  /** Puts a database's copy in the place of the one that `cp` made. */
  intoCopy(options: {
    /** A real path. */
    source: string;
    copy: string;
    captures: string;
    watch: Watch;
  }): Promise<Warning[]>;
  /** Copies that are to be mounted over the live files. */
  ofLive(options: {
    /** A real path. */
    store: string;
    /** What stands for it in the stage. */
    staged: string;
    captures: string;
    watch: Watch;
  }): Promise<{ captures: Capture[]; warnings: Warning[] }>;
}

export interface CaptureProgram {
  /** The text of the child script, self-contained. */
  script: string;
  /** better-sqlite3's native addon. */
  addon: string;
}

/** `findProgram` is asked when it is first needed, and then no more. */
export function createCaptureDatabases(
  findProgram: () => CaptureProgram,
): CaptureDatabases {
  let found: CaptureProgram | undefined;
  const program = () => (found ??= findProgram());
  return {
    async intoCopy({ source, copy, captures, watch }) {
      const taken = await capture(program, { store: source, captures }, watch);
      const warnings = [...taken.warnings];
      for (const one of taken.copied) {
        const placed = await standInFor(one, copy);
        if (!placed) warnings.push(inUse(one.path));
      }
      return warnings.map((warning) => below("persist", warning));
    },

    async ofLive({ store, staged, captures, watch }) {
      const taken = await capture(program, { store, captures }, watch);
      return {
        captures: taken.copied.map(({ path, copy }) => ({
          copy,
          staged: join(staged, path),
        })),
        warnings: taken.warnings.map((warning) => below(staged, warning)),
      };
    },
  };
}

/** A warning of a store, as one of the stage. */
export function below(
  staged: string,
  { path = "", message }: Warning,
): Warning {
  return { path: join(staged, path), message };
}

interface Taken {
  /** `path` is relative to the store. */
  copied: { path: string; copy: string }[];
  warnings: Warning[];
}

async function capture(
  program: () => CaptureProgram,
  { store, captures }: { store: string; captures: string },
  watch: Watch,
): Promise<Taken> {
  const { databases, warnings } = await findDatabases(store, watch.signal);
  if (databases.length === 0) return { copied: [], warnings };
  await mkdir(captures, { recursive: true, mode: 0o700 });
  const pairs = databases.map((path, index) => ({
    source: join(store, path),
    copy: join(captures, String(index)),
  }));
  const errors = await runChild(program(), { store, pairs }, watch);
  const taken: Taken = { copied: [], warnings };
  for (const { source, copy } of pairs) {
    const path = relative(store, source);
    const good =
      errors.get(source) === "" && (await takeMetadata(source, copy));
    if (good) taken.copied.push({ path, copy });
    else taken.warnings.push(inUse(path));
  }
  return taken;
}

const Answer = z.object({ source: z.string(), error: z.string().optional() });

/** Source -> "" when it was copied, else why not. */
async function runChild(
  { script, addon }: CaptureProgram,
  captures: { store: string; pairs: { source: string; copy: string }[] },
  watch: Watch,
): Promise<Map<string, string>> {
  const child = {
    file: process.execPath,
    args: ["-", addon],
    input: `globalThis.captures = ${JSON.stringify(captures)};\n${script}`,
    env: {},
  };
  const { stdout } = await runWatched(child, watch);
  const answers = new Map<string, string>();
  for (const line of stdout.split("\n").filter(Boolean)) {
    const { source, error = "" } = Answer.parse(JSON.parse(line));
    answers.set(source, error);
  }
  return answers;
}

/** Owner, mode and times of the original; false when that is gone. */
async function takeMetadata(source: string, copy: string): Promise<boolean> {
  const stats = await lstat(source).catch(() => undefined);
  if (!stats?.isFile()) return false;
  await chmod(copy, stats.mode);
  await chown(copy, stats.uid, stats.gid).catch(() => {});
  await utimes(copy, stats.atime, stats.mtime);
  return true;
}
