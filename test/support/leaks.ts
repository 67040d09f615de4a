import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { backingFile } from "./btrfs-image.js";
import { type DataLeftovers, dataLeftovers } from "./data-leftovers.js";
import { fixtures } from "./fixtures.js";
import { isUnder, readMounts } from "./mounts.js";
import { descendants, processesOf, readProcesses } from "./processes.js";

export type LeakKind =
  | "process"
  | "mount"
  | "loop"
  | "snapshot"
  | "stage"
  | "base"
  | "profile"
  | "key";
/** `what` names it: `<pid> <command>`, a mount point, a device or a path. */
export type Leak = { kind: LeakKind; what: string };

type LeakRule = {
  /** What must not be there. */
  rule: string;
  find: (view: View) => string[];
};

/** The walk of the disk is done once for all rules. */
type View = { root: string; data: DataLeftovers };

/** All that a test must not leave behind, `root` being its temporary root. */
export const leakRules: Record<LeakKind, LeakRule> = {
  process: {
    rule: "a process that names the root, is inside it or descends from us",
    find: ({ root }) => {
      const found = processesOf(root);
      if (found.length === 0) return [];
      const kept = descendants(readProcesses(), fixtures.pids);
      return found
        .filter(({ pid }) => !kept.has(pid))
        .map(({ pid, command }) => `${pid} ${command}`);
    },
  },
  mount: {
    rule: "a mount at or below the root, or of something below it",
    find: ({ root }) =>
      readMounts()
        .filter(({ target }) => !fixtures.mounts.has(target))
        .filter(({ target, subtree, source }) =>
          [target, subtree, source].some((path) => isUnder(path, root)),
        )
        .map(({ target }) => target),
  },
  loop: {
    rule: "a loop device over a file below the root",
    find: ({ root }) =>
      readdirSync("/sys/block")
        .map((name) => `/dev/${name}`)
        .filter((device) => !fixtures.loops.has(device))
        .filter((device) => isUnder(backingFile(device) ?? "", root)),
  },
  snapshot: {
    rule: "a subvolume in or one level below stage/<x> of a data directory",
    find: ({ data }) => data.snapshot,
  },
  stage: {
    rule: "anything else in a directory stage or staging of a data directory",
    find: ({ data }) => data.stage,
  },
  base: {
    rule: "anything in base/<project> of a data directory that no row names",
    find: ({ data }) => data.base,
  },
  profile: {
    rule: "a file run/*.toml of a data directory",
    find: ({ data }) => data.profile,
  },
  key: {
    rule: "a masterkey file of a data directory that is not below keys/",
    find: ({ data }) => data.key,
  },
};

/**
 * Everything that `leakRules` finds. What ends by itself within `graceMs` is
 * no leak: the kernel takes a moment to reap a killed process.
 */
export async function findLeaks(
  root: string,
  { graceMs = 300 }: { graceMs?: number } = {},
): Promise<Leak[]> {
  const deadline = Date.now() + graceMs;
  for (;;) {
    const leaks = leaksNow(root);
    if (leaks.length === 0 || Date.now() >= deadline) return leaks;
    await sleep(20);
  }
}

function leaksNow(root: string): Leak[] {
  const view = { root, data: dataLeftovers(root) };
  return Object.entries(leakRules).flatMap(([kind, { find }]) =>
    find(view).map((what) => ({ kind: kind as LeakKind, what })),
  );
}
