/** /proc/PID/stat: what the kernel says of a process. */

import { readFileSync } from "node:fs";

export interface ProcessStat {
  /** One letter; `Z` is a zombie: it has ended. */
  state: string;
  /** The process group. */
  group: number;
  session: number;
  /** CPU time, in clock ticks. */
  ticks: number;
  /** When it started, in clock ticks since boot. */
  started: number;
}

/** undefined: no such process, or no /proc. */
export function readStat(pid: number | string): ProcessStat | undefined {
  const stat = readIfAllowed(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The command name may hold spaces and parentheses: count from its end.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    state: fields[0] ?? "",
    group: Number(fields[2]),
    session: Number(fields[3]),
    ticks: Number(fields[11]) + Number(fields[12]),
    started: Number(fields[19]),
  };
}

/** undefined: not there, or another user's. */
export function readIfAllowed(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
