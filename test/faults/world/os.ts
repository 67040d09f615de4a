/** What the kernel says of processes: /proc, and signals. */

import type { Actor } from "./actor.js";
import { finish } from "./death.js";
import type { World } from "./world.js";

/** undefined: a path that the world does not answer for. */
export function readProc(world: World, path: string): string | undefined {
  if (path === "/proc/sys/kernel/random/boot_id") return `${bootId(world)}\n`;
  if (path === "/proc/uptime") {
    return `${(world.state.clocks.monotonicMs / 1000).toFixed(2)} 0.00\n`;
  }
  if (path === "/proc/self/mountinfo")
    return "1 0 0:1 / / rw - tmpfs none rw\n";
  if (!path.startsWith("/proc/")) return undefined;
  const [, pid, name = ""] = /^\/proc\/(\d+)\/(\w+)$/.exec(path) ?? [];
  const found = processes(world).get(Number(pid));
  const text = found && filesOf(Number(pid), found)[name];
  if (text === undefined) throw notThere(path);
  return text;
}

function filesOf(pid: number, found: Process): Record<string, string> {
  return {
    stat: statOf(pid, found),
    io: "rchar: 0\nwchar: 0\n",
    cmdline: `${found.line.join("\0")}\0`,
  };
}

export function listProc(world: World): string[] {
  return ["1", "self", "uptime", ...[...processes(world).keys()].map(String)];
}

/** process.kill: only SIGKILL of a group, and asking with 0. */
export function signal(world: World, pid: number, name: string | number): true {
  if (name === 0) {
    if (processes(world).has(pid)) return true;
    throw noSuchProcess();
  }
  const group = world.groups.get(-pid);
  const left = world.state.outliving.findIndex((one) => one.pid === -pid);
  if (group) group.kill();
  else if (left !== -1) world.state.outliving.splice(left, 1);
  else throw noSuchProcess();
  return true;
}

/** Those whose time has come do their last step. */
export function finishOutliving(world: World): void {
  const { state } = world;
  const due = state.outliving
    .filter(({ dueMs }) => dueMs <= state.clocks.monotonicMs)
    .toSorted((a, b) => a.dueMs - b.dueMs);
  for (const one of due) {
    state.outliving.splice(state.outliving.indexOf(one), 1);
    if (one.still) finish(one.still);
  }
}

function bootId(world: World): string {
  return `00000000-0000-4000-8000-${String(world.state.boot).padStart(12, "0")}`;
}

interface Process {
  line: readonly string[];
  group: number;
  started: number;
  ticks: number;
}

function processes(world: World): Map<number, Process> {
  const all = new Map<number, Process>();
  const add = ({ pid, started }: Actor) =>
    all.set(pid, { group: pid, started, ticks: 1, line: ["host"] });
  for (const host of world.hosts) if (host.alive) add(host);
  for (const { pid, started, line, ticks } of world.groups.values()) {
    all.set(pid, { group: pid, started, line, ticks: ticks() });
  }
  for (const { pid, started, line } of world.state.outliving) {
    all.set(pid, { group: pid, started, line, ticks: 1 });
  }
  return all;
}

/** Fields of proc(5): 3 is the state, 5 the group, 6 the session, 14 the ticks, 22 the start. */
function statOf(pid: number, { group, started, ticks }: Process): string {
  const fields = Array.from({ length: 50 }, () => "0");
  fields[0] = "S";
  fields[2] = String(group);
  fields[3] = String(group);
  fields[3] = String(group);
  fields[11] = String(ticks);
  fields[19] = String(started);
  return `${pid} (program) ${fields.join(" ")}\n`;
}

function notThere(path: string): Error {
  const error = new Error(`ENOENT: no such file or directory, open '${path}'`);
  return Object.assign(error, { code: "ENOENT" });
}

function noSuchProcess(): Error {
  return Object.assign(new Error("kill ESRCH"), { code: "ESRCH" });
}
