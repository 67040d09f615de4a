import { mkdirSync } from "node:fs";
import { type Actor, inContext } from "../faults/world/actor.js";
import { release } from "../faults/world/death.js";
import { type Aim, Kills } from "../faults/world/kills.js";
import { runWorld } from "../faults/world/scheduler.js";
import { newState } from "../faults/world/state.js";
import { World } from "../faults/world/world.js";
import { tempDir } from "./temp.js";

/** A world of the fault engine with one host in it. */
export type FaultWorld = {
  world: World;
  /** Its directory. */
  root: string;
  /** Runs `action` as the host until it has ended or the host is killed. */
  live(action: () => Promise<unknown>): Promise<{ killed: boolean }>;
};

export function makeFaultWorld(aim?: Aim): FaultWorld {
  const root = tempDir("world");
  mkdirSync(root, { recursive: true });
  const kills = new Kills(0, () => 0.5);
  kills.aimAt(aim);
  const world = new World({
    ...{ root, state: newState(), seed: "a seed", kills },
    ...{ death: () => {}, tethered: true },
  });
  const host: Actor = {
    ...{ kind: "host", name: "host", pid: 4242, started: 1 },
    ...{ alive: true, world, atDeath: new Set() },
  };
  world.hosts.add(host);
  return {
    world,
    root,
    async live(action) {
      try {
        return await runWorld(world, () => inContext({ actor: host }, action));
      } finally {
        release(world);
      }
    },
  };
}
