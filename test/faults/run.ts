/** One run: a world from its beginning to its end, through all its kills. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { formatReplay, type Kill, type Plan, seedOf } from "./plan.js";
import type { Facts } from "./scenario/facts.js";
import { live } from "./scenario/incarnation.js";
import { makeProjects, newFacts } from "./scenario/projects.js";
import { release } from "./world/death.js";
import { Kills } from "./world/kills.js";
import { knownPlaces, learnPlaces } from "./world/points.js";
import { createRandom } from "./world/random.js";
import {
  newState,
  placesOf,
  readOs,
  type Violation,
  type WorldState,
  writeOs,
} from "./world/state.js";
import { World } from "./world/world.js";

/** A point that was met, and how to come there again. */
export interface Meeting {
  point: string;
  incarnation: number;
  step: number;
}

export interface Report {
  plan: Plan;
  kills: Kill[];
  met: Meeting[];
  violations: Violation[];
  replay: string;
}

/** All that another process needs to go on. */
interface Progress {
  plan: Plan;
  state: WorldState;
  facts: Facts;
  kills: Kill[];
  met: Meeting[];
}

export type Trace = (text: string) => void;

export function begin(plan: Plan, root: string, trace?: Trace) {
  const random = createRandom(`${plan.seed} world`);
  const facts = newFacts(random);
  mkdirSync(root, { recursive: true });
  const state = newState();
  makeProjects({ places: placesOf(root), state }, facts);
  return goOn({ plan, state, facts, kills: [], met: [] }, root, trace);
}

/** After a real SIGKILL, in a new process. */
export function resume(root: string) {
  learnPlaces(JSON.parse(readFileSync(placesFile(root), "utf8")));
  return goOn(readOs<Progress>(root, "progress.json"), root);
}

/** Beside the world: what it says is true for the next one too. */
function placesFile(root: string): string {
  return `${root}.places.json`;
}

async function goOn(
  progress: Progress,
  root: string,
  trace?: Trace,
): Promise<Report> {
  const { plan, state, kills, met } = progress;
  for (;;) {
    const { killed } = await incarnate(progress, root, trace);
    // What is wrong once would be told again and again.
    if (!killed || state.violations.length > 0) break;
  }
  rmSync(root, { recursive: true, force: true });
  rmSync(placesFile(root), { force: true });
  const { violations } = state;
  return { plan, kills, met, violations, replay: formatReplay(plan, kills) };
}

async function incarnate(
  progress: Progress,
  root: string,
  trace?: Trace,
): Promise<{ killed: boolean }> {
  const { plan, state, facts } = progress;
  const incarnation = progress.kills.length;
  const seed = seedOf(plan, incarnation);
  const meetings = createRandom(`${seed} meetings`);
  const world = new World({
    ...{ root, state, seed },
    kills: new Kills(incarnation, meetings.next),
    tethered: createRandom(`${plan.seed} tether`).chance(0.6),
    death: (dying) => {
      note(progress, dying);
      if (plan.real) die(progress, root);
    },
  });
  const watch = watchStrays(world);
  if (trace) world.onStep = (text) => trace(line(world, incarnation, text));
  trace?.(`incarnation ${incarnation}`);
  try {
    return await live(world, facts, plan.kills[incarnation]);
  } finally {
    release(world);
    watch.close();
  }
}

/** An error that nobody catches ends a real process; a dead one is past that. */
function watchStrays(world: World): { close(): void } {
  const onStray = (error: unknown) => {
    if (world.kills.dead) return;
    const detail = `Nobody caught ${String((error as Error).stack ?? error)}`;
    world.report({ invariant: "run", detail });
  };
  process.on("unhandledRejection", onStray);
  return { close: () => void process.off("unhandledRejection", onStray) };
}

function line({ kills, timers }: World, incarnation: number, text: string) {
  return `${incarnation}:${kills.step} ${timers.clocks.monotonicMs} ${text}`;
}

function note({ kills, met }: Progress, { kills: dying }: World): void {
  const { incarnation, step, lastPoint = "" } = dying;
  kills.push({ incarnation, step, point: lastPoint });
  for (const [point, { step: at }] of dying.met) {
    met.push({ point, incarnation, step: at });
  }
}

/** Nothing runs behind this. */
function die(progress: Progress, root: string): never {
  writeOs(root, "progress.json", progress);
  writeFileSync(placesFile(root), JSON.stringify(knownPlaces()));
  process.kill(process.pid, "SIGKILL");
  throw new Error("SIGKILL came late");
}
