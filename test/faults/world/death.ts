/** The end of a host's process, and what its programs make of it. */

import { renameSync, existsSync } from "node:fs";
import type { Group } from "./groups.js";
import type { World } from "./world.js";

/** What happens besides: nothing, or a real SIGKILL. */
export type Death = (world: World) => void;

/** Everything of the host is gone; its programs were seen to already. */
export function end(world: World): void {
  for (const host of world.hosts) host.alive = false;
  for (const { actor } of world.groups.values()) actor.alive = false;
}

/** What the kernel gives back once the dead code has come to rest. */
export function release(world: World): void {
  const programs = [...world.groups.values()].map(({ actor }) => actor);
  for (const actor of [...world.hosts, ...programs, ...world.others]) {
    actor.alive = false;
    for (const free of actor.atDeath) free();
    actor.atDeath.clear();
  }
}

const longestMs = 20_000;

/**
 * A program behind setpriv dies with its host, perhaps a moment after its
 * last step. Any other one may go on for a while, alone.
 */
export function settlePrograms(world: World): void {
  for (const group of world.groups.values()) {
    if (group.tethered) lastStep(world, group);
    else outlive(world, group);
  }
}

function lastStep(world: World, { still }: Group): void {
  if (still && world.chance.chance(0.3)) finish(still);
}

function outlive(world: World, group: Group): void {
  const { state, chance } = world;
  if (chance.chance(0.3)) return lastStep(world, group);
  const { pid, started, line, project_id, still } = group;
  const dueMs = state.clocks.monotonicMs + chance.below(longestMs);
  state.outliving.push({
    ...{ pid, started, project_id, still, dueMs },
    ...{ line, hasRow: true },
  });
}

export function finish({ from, to }: { from: string; to: string }): void {
  try {
    if (existsSync(from)) renameSync(from, to);
  } catch {
    // Something stands in its way by now: the program has failed.
  }
}
