/**
 * Who a process is, so that a pid that the kernel gave to someone else is
 * never mistaken for it: pid, start time in clock ticks since boot, boot id.
 */

import { readFileSync } from "node:fs";

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
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The command name may hold spaces and parentheses: count from its end.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? undefined : Number(fields[19]);
}

function bootId(): string {
  return readText("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
