import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { isUnder } from "./mounts.js";

/** A process that runs now; zombies and kernel threads are left out. */
export type Process = {
  pid: number;
  ppid: number;
  /** Hundredths of a second from the boot to its start. */
  started: number;
  command: string;
};

/** Each test file loads this module anew, before its tests. */
const loaded = Number.parseFloat(readFileSync("/proc/uptime", "utf8")) * 100;

/**
 * Processes started since this test file began that have to do with `root`: it
 * stands in their environment or arguments or holds their working directory or
 * an open file; or they descend from this process.
 */
export function processesOf(root: string): Process[] {
  const all = readProcesses();
  const ours = descendants(all, new Set([process.pid]));
  return all
    .filter(({ pid, started }) => pid !== process.pid && started >= loaded - 1)
    .filter(({ pid }) => ours.has(pid) || mentions(pid, root));
}

/** The given pids and all that descend from them, as far as they run. */
export function descendants(
  all: readonly Process[],
  ancestors: ReadonlySet<number>,
): Set<number> {
  const found = new Set(ancestors);
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const { pid, ppid } of all) if (found.has(ppid)) found.add(pid);
  }
  return found;
}

export function readProcesses(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((found) => found !== undefined);
}

/** True while the process exists and is not a zombie. */
export function isRunning(pid: number): boolean {
  return readProcess(pid) !== undefined;
}

function readProcess(pid: number): Process | undefined {
  const stat = read(pid, "stat");
  // The command's name, in brackets, may itself hold blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, ppid, started] = [fields[0], fields[1], fields[19]];
  const command = read(pid, "cmdline").replaceAll("\0", " ").trim();
  if (started === undefined || state === "Z" || command === "")
    return undefined;
  return { pid, ppid: Number(ppid), started: Number(started), command };
}

function mentions(pid: number, root: string): boolean {
  return (
    read(pid, "cmdline").includes(root) ||
    read(pid, "environ").includes(root) ||
    links(pid).some((path) => isUnder(path, root))
  );
}

function links(pid: number): string[] {
  const files = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
  return ["cwd", "root", ...files.map((name) => `fd/${name}`)]
    .map((name) => attempt(() => readlinkSync(`/proc/${pid}/${name}`)))
    .filter((path) => path !== undefined);
}

function read(pid: number, name: string): string {
  return attempt(() => readFileSync(`/proc/${pid}/${name}`, "latin1")) ?? "";
}

/** A process can end between any two reads of it. */
function attempt<T>(fn: () => T): T | undefined {
  try {
    return fn();
  } catch {
    return undefined;
  }
}
