/**
 * Who a process is, so that a pid that the kernel gave to someone else is
 * never mistaken for it: pid, start time in clock ticks since boot, boot id.
 */

import { readIfAllowed, readStat } from "./process-stat.js";

export interface ProcessIdentity {
  pid: number;
  /** Field 22 of /proc/PID/stat; 0 where there is no /proc. */
  started: number;
  /** /proc/sys/kernel/random/boot_id; "" where there is none. */
  boot: string;
}

export function identifyProcess(pid: number): ProcessIdentity {
  return { pid, started: startTime(pid) ?? 0, boot: bootId() };
}

export function isAlive({ pid, started, boot }: ProcessIdentity): boolean {
  if (boot !== bootId()) return false;
  const now = startTime(pid);
  if (now !== undefined) return now === started;
  return started === 0 && answersSignal(pid);
}

/** undefined: no such process (a zombie has ended), or no /proc. */
function startTime(pid: number): number | undefined {
  const stat = readStat(pid);
  return stat?.ended ? undefined : stat?.started;
}

/** "" where there is no /proc. */
export function bootId(): string {
  return readIfAllowed("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
