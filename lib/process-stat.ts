/** /proc/PID/stat: what the kernel says of a process. */

import { readdirSync, readFileSync } from "node:fs";

export interface ProcessStat {
  /**
   * A zombie: nothing of it runs any more. Its first thread can be one while
   * another still hangs in a rename that will happen.
   */
  ended: boolean;
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
    ended: fields[0] === "Z" && !hasThreads(pid),
    group: Number(fields[2]),
    session: Number(fields[3]),
    ticks: Number(fields[11]) + Number(fields[12]),
    started: Number(fields[19]),
  };
}

/** Arguments with a NUL after each; "" where it has none, or has gone. */
export function commandLine(pid: number | string): string {
  const line = readIfAllowed(`/proc/${pid}/cmdline`);
  if (line) return line;
  // A first thread that is a zombie has none any more: others do.
  const lines = threadsOf(pid).map((thread) =>
    readIfAllowed(`${thread}/cmdline`),
  );
  return lines.find(Boolean) ?? "";
}

/** Has it a thread that is neither a zombie nor dead? */
function hasThreads(pid: number | string): boolean {
  return threadsOf(pid).some((thread) => {
    const stat = readIfAllowed(`${thread}/stat`) ?? "";
    return /^[^ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  });
}

/** Their directories. */
function threadsOf(pid: number | string): string[] {
  const tasks = `/proc/${pid}/task`;
  try {
    return readdirSync(tasks).map((name) => `${tasks}/${name}`);
  } catch {
    return [];
  }
}

/** undefined: not there, or another user's. */
export function readIfAllowed(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
