/** A child runs as the leader of a process group of its own. */

import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { commandLine, readIfAllowed, readStat } from "./process-stat.js";

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
    const { ended, group } = readStat(pid) ?? {};
    return group === pgid && !ended;
  });
}

/** Waits for that; false: it lives on, a disk may not answer. */
export async function groupEnds(
  pgid: number,
  withinMs = Infinity,
): Promise<boolean> {
  const started = performance.now();
  while (groupLives(pgid)) {
    if (performance.now() - started > withinMs) return false;
    await sleep(20);
  }
  return true;
}

/** What may stand at the front of a job's command. */
const programs =
  /^(sudo|unshare|setpriv|nice|ionice|env|sh|rustic|btrfs|cp|sync|node)$/;

/**
 * Groups with a living process that we started for a job: it leads a session,
 * and one of its arguments is the job's tag, or a path in its stage.
 */
export function groupsOfJob({ job_id, stage }: JobMarks): Set<number> {
  const groups = new Set<number>();
  // A service leads a session itself: who merely looks at a stage is in it.
  const own = readStat("self")?.group;
  for (const pid of processes()) {
    const { ended, group, session } = readStat(pid) ?? {};
    if (group === undefined || group !== session || ended) continue;
    if (group === own) continue;
    const line = commandLine(pid).split("\0");
    const tagged = line.some(
      (one, at) => one === `job=${job_id}` && line[at - 1] === "--tag",
    );
    const staged =
      stage !== null && line.some((one) => `${one}/`.startsWith(`${stage}/`));
    const ours = programs.test(basename(line[0] ?? ""));
    if (tagged || (staged && ours)) groups.add(group);
  }
  return groups;
}

export interface JobMarks {
  job_id: string;
  stage: string | null;
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
