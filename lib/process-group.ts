/** A child runs as the leader of a process group of its own. */

import { readdirSync, readFileSync } from "node:fs";

/**
 * SIGKILL for the whole group. rustic exits 0 on SIGTERM, so a killed run
 * could look like a finished one; SIGKILL cannot be mistaken.
 */
export function killGroup(pgid: number): void {
  try {
    process.kill(-pgid, "SIGKILL");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ESRCH") throw error;
  }
}

/**
 * A number that moves while any process of the group computes, reads or
 * writes: CPU ticks and bytes through system calls. rustic has silent phases
 * in which only this tells it from a hung one.
 */
export function groupActivity(pgid: number): number {
  let sum = 0;
  for (const name of readdirSync("/proc")) {
    if (/^\d+$/.test(name)) sum += activityIfMember(name, pgid);
  }
  return sum;
}

function activityIfMember(pid: string, pgid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(fields[2]) !== pgid) return 0;
    return Number(fields[11]) + Number(fields[12]) + bytesMoved(pid);
  } catch {
    return 0; // It ended while we looked.
  }
}

function bytesMoved(pid: string): number {
  const io = readFileSync(`/proc/${pid}/io`, "utf8");
  const field = (name: string) =>
    Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(io)?.[1] ?? 0);
  return field("rchar") + field("wchar");
}
