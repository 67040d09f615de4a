/** How busy the machine is, as its kernel says: the one reader of it. */

import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { readIfAllowed } from "./process-stat.js";

/** null: the kernel does not say. */
export interface PressureSample {
  /** Percent of the last 10 s in which some process waited for it. */
  io: number | null;
  cpu: number | null;
  memory: number | null;
  /** Memory that is available, as a share of all. */
  memory_available: number | null;
  /** What an unprivileged process may still write, as a share of the disk. */
  disk_free: number | null;
}

/** @param path on the file system of the projects. */
export async function readPressure(
  path: string,
  proc = "/proc",
): Promise<PressureSample> {
  return {
    io: stallOf(proc, "io"),
    cpu: stallOf(proc, "cpu"),
    memory: stallOf(proc, "memory"),
    memory_available: availableOf(readIfAllowed(join(proc, "meminfo")) ?? ""),
    disk_free: await freeOf(path),
  };
}

/** Absent in old kernels and many containers; there with psi=0, but unread. */
function stallOf(proc: string, name: string): number | null {
  const text = readIfAllowed(join(proc, "pressure", name)) ?? "";
  return numberIn(text, /^some .*\bavg10=([\d.]+)/m);
}

function availableOf(meminfo: string): number | null {
  const available = numberIn(meminfo, /^MemAvailable:\s+(\d+) kB$/m);
  const total = numberIn(meminfo, /^MemTotal:\s+(\d+) kB$/m);
  return available === null || !total ? null : available / total;
}

function numberIn(text: string, pattern: RegExp): number | null {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

async function freeOf(path: string): Promise<number | null> {
  try {
    const { bavail, blocks } = await statfs(path);
    return blocks > 0 ? bavail / blocks : null;
  } catch {
    return null;
  }
}
