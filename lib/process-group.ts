/** A child runs as the leader of a process group of its own. */

import { readdirSync } from "node:fs";
import { readIfAllowed, readStat } from "./process-stat.js";

/**
 * SIGKILL for the whole group; false when it is another user's. rustic exits
 * 0 on SIGTERM, so a killed run could look like a finished one; SIGKILL
 * cannot be mistaken.
 */
export function killGroup(pgid: number): boolean {
  try {
    process.kill(-pgid, "SIGKILL");
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EPERM") return false;
    if (code === "ESRCH") return true;
    throw error;
  }
}

/** Has it any process left that is not a zombie? */
export function groupLives(pgid: number): boolean {
  return processes().some((pid) => {
    const { state, group } = readStat(pid) ?? {};
    return group === pgid && state !== "Z";
  });
}

/** Has it such a process with this text in its command line? */
export function groupRuns(pgid: number, text: string): boolean {
  return processes().some((pid) => {
    const { state, group } = readStat(pid) ?? {};
    if (group !== pgid || state === "Z") return false;
    return readIfAllowed(`/proc/${pid}/cmdline`)?.includes(text) ?? false;
  });
}

/**
 * A number that moves while any process of the group computes, reads or
 * writes: CPU ticks and bytes through system calls. rustic has silent phases
 * in which only this tells it from a hung one.
 */
export function groupActivity(pgid: number): number {
  let sum = 0;
  for (const pid of processes()) {
    const found = readStat(pid);
    if (found?.group === pgid) sum += found.ticks + bytesMoved(pid);
  }
  return sum;
}

function processes(): string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

/** 0 for another user's process: then the CPU alone has to tell. */
function bytesMoved(pid: string): number {
  const io = readIfAllowed(`/proc/${pid}/io`) ?? "";
  const field = (name: string) =>
    Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(io)?.[1] ?? 0);
  return field("rchar") + field("wchar");
}
