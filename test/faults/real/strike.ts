/** One SIGKILL, at a moment that was chosen; what it hit. */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readIfAllowed } from "../../../lib/process-stat.js";
import type { JobRow } from "../../../lib/store/index.js";
import type { Chance } from "./chance.js";
import type { HostProcess } from "./host-process.js";
import { openRows, withRows } from "./rows.js";
import type { World } from "./world.js";

/**
 * Phases of a job, subcommands of rustic; `committed`: a backup has just
 * appeared in the repository, and nobody may know of it yet.
 */
const moments = {
  host: [
    ...["preparing", "staging", "reading", "settling", "committed"],
    ...["writing", "stopping", "swapping", "starting", "any"],
    ...["committed", "committed"],
  ],
  rustic: ["backup", "committed", "restore", "list"],
} as const;

export interface Aim {
  victim: "host" | "rustic";
  moment: string;
  /** How long after the moment has begun. */
  delayMs: number;
}

export interface Hit {
  victim: "host" | "rustic";
  moment: string;
  /** What was running: their ends are at stake. */
  jobs: Pick<JobRow, "job_id" | "kind" | "phase">[];
}

export function chooseAim(chance: Chance): Aim {
  const victim = chance.percent(65) ? "host" : "rustic";
  const moment = chance.one<string>(moments[victim]);
  const early = chance.percent(40);
  return { victim, moment, delayMs: early ? 0 : chance.below(span(moment)) };
}

/** Long phases are hit anywhere, short ones at all. */
function span(moment: string): number {
  if (["committed", "list"].includes(moment)) return 12;
  return ["any", "starting", "reading"].includes(moment) ? 400 : 120;
}

/** undefined: the moment did not come, and nobody was killed. */
export async function strike(
  aim: Aim,
  host: HostProcess,
  world: World,
): Promise<Hit | undefined> {
  return aim.victim === "host"
    ? strikeHost(aim, host, world)
    : strikeRustic(aim, host, world);
}

/** A host that starts is hit as it reads its rows, or before. */
async function strikeHost(
  { moment, delayMs }: Aim,
  host: HostProcess,
  world: World,
): Promise<Hit | undefined> {
  const rows = openRows(world.dataDir);
  try {
    const running = () => rows.running();
    if (!(await comes(hasCome(moment, running, world)))) return undefined;
    await sleep(delayMs);
    const jobs = running();
    await host.kill();
    return { victim: "host", moment, jobs };
  } finally {
    rows.close();
  }
}

function hasCome(
  moment: string,
  running: () => JobRow[],
  world: World,
): () => boolean {
  if (moment === "starting") return () => true;
  if (moment === "any") return () => running().length > 0;
  if (moment === "committed") return createCommitWatch(world);
  return () => running().some(({ phase }) => phase === moment);
}

async function strikeRustic(
  { moment, delayMs }: Aim,
  host: HostProcess,
  world: World,
): Promise<Hit | undefined> {
  const word = moment === "committed" ? "backup" : moment;
  let pid: number | undefined;
  const begins = () => (pid = rusticOf(host, word)) !== undefined;
  const committed = createCommitWatch(world);
  if (!(await comes(begins))) return undefined;
  if (moment === "committed" && !(await comes(committed))) return undefined;
  if (moment !== "committed") await sleep(delayMs);
  const jobs = withRows(world.dataDir, (rows) => rows.running());
  return killOne(pid) ? { victim: "rustic", moment, jobs } : undefined;
}

/** false: it had ended. */
function killOne(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

/** rustic stands in the place of what was started for it: a child. */
function rusticOf({ pid }: HostProcess, word: string): number | undefined {
  const isIt = (command: string) =>
    /^\S*rustic /.test(command) && ` ${command} `.includes(` ${word} `);
  return childrenOf(pid).find((child) => isIt(commandOf(child)));
}

/** A look at all of /proc takes longer than some of them live. */
function childrenOf(pid: number): number[] {
  const text = readIfAllowed(`/proc/${pid}/task/${pid}/children`);
  return (text ?? "").split(" ").filter(Boolean).map(Number);
}

function commandOf(pid: number): string {
  return (readIfAllowed(`/proc/${pid}/cmdline`) ?? "").replaceAll("\0", " ");
}

/** Is there a snapshot file more than now? One under way has a longer name. */
function createCommitWatch({ repository }: World): () => boolean {
  const count = () =>
    readdirSync(join(repository, "snapshots")).filter(
      (name) => name.length === 64,
    ).length;
  const before = count();
  return () => count() > before;
}

const patienceMs = 1500;

async function comes(condition: () => boolean): Promise<boolean> {
  const until = performance.now() + patienceMs;
  while (!condition()) {
    if (performance.now() > until) return false;
    await sleep(1);
  }
  return true;
}
