/**
 * What of a world survives the death of its host: it is in the world's
 * directory, so that another process can go on from it.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clocks } from "./clock.js";

/** A process group that outlives its host. */
export interface Outliving {
  pid: number;
  started: number;
  line: readonly string[];
  /** The project that it reads or writes; undefined: it changes nothing. */
  project_id: string | undefined;
  /** Its job's row is there: the next host can find it. */
  hasRow: boolean;
  /** What it will do at `dueMs`, unless it is ended before. */
  still: { from: string; to: string } | undefined;
  dueMs: number;
}

export interface WorldState {
  clocks: Clocks;
  /** Grows with everything that happens: before and after. */
  sequence: number;
  nextPid: number;
  /** Start time of the newest host process, in ticks. */
  started: number;
  boot: number;
  outliving: Outliving[];
  /** Command lines, and what was logged, since they were last looked at. */
  commandLines: string[];
  log: string[];
  violations: Violation[];
  /** Hosts that have started a restore program for a job. */
  restoreRuns: Record<string, number[]>;
  /** Backups that a program was told to remove. */
  removed: string[];
  /** The projects' disk is nearly full. */
  diskIsShort: boolean;
}

export interface Violation {
  /** `I3`, or `promise`. */
  invariant: string;
  detail: string;
  /** Seen when all had come to rest, not while it happened. */
  atRest?: boolean;
  /** When it was seen. */
  incarnation?: number;
  step?: number;
}

export function newState(): WorldState {
  return {
    clocks: {
      ...{ monotonicMs: 1_000_000, wallOffsetMs: 1_760_000_000_000 },
      jumps: [],
    },
    sequence: 0,
    nextPid: 1_000_000,
    started: 100,
    boot: 1,
    outliving: [],
    commandLines: [],
    log: [],
    violations: [],
    restoreRuns: {},
    ...{ removed: [], diskIsShort: false },
  };
}

/** Directories of a world. */
export function placesOf(root: string) {
  return {
    root,
    btrfs: join(root, "btrfs"),
    data: join(root, "data"),
    repository: join(root, "repository"),
    os: join(root, "os"),
    projects: join(root, "btrfs", "projects"),
    persist: join(root, "btrfs", "persist"),
    restored: join(root, "btrfs", "restored"),
  };
}

export type Places = ReturnType<typeof placesOf>;

export function writeOs(root: string, name: string, value: unknown): void {
  const { os } = placesOf(root);
  mkdirSync(os, { recursive: true });
  writeFileSync(join(os, name), JSON.stringify(value));
}

export function readOs<T>(root: string, name: string): T {
  return JSON.parse(readFileSync(join(placesOf(root).os, name), "utf8")) as T;
}
