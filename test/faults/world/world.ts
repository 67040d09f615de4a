/**
 * The world: one host, its programs and its disk, moved on by one scheduler.
 * What happens in which order is chance, from a seed; nothing else is.
 */

import { type Actor, type Context, Killed } from "./actor.js";
import { Timers } from "./clock.js";
import { type Death, end, settlePrograms } from "./death.js";
import type { Faults } from "./faults.js";
import type { Group } from "./groups.js";
import { createRandom, type Random } from "./random.js";
import {
  type Places,
  placesOf,
  type Violation,
  type WorldState,
} from "./state.js";
import type { Script } from "../programs/program.js";
import { Kills } from "./kills.js";

export interface Operation {
  context: Context;
  run: () => void;
}

export interface WorldOptions {
  root: string;
  state: WorldState;
  /** Of this incarnation. */
  seed: string;
  kills: Kills;
  death: Death;
  /** setpriv works: what runs behind it dies with its host. */
  tethered: boolean;
}

export class World {
  readonly places: Places;
  readonly state: WorldState;
  readonly timers: Timers;
  /** Names: ids of jobs, keys. Not the scheduler's: a trace stays readable. */
  readonly names: Random;
  readonly chance: Random;
  readonly kills: Kills;
  readonly groups = new Map<number, Group>();
  readonly hosts = new Set<Actor>();
  /** Who is no part of the machine: people, the kernel. */
  readonly others = new Set<Actor>();
  readonly tethered: boolean;
  faults: Faults | undefined;
  /** What the scenario wants of a program's run. */
  script: (title: string) => Script = () => ({});
  /** Asked of the rows. */
  projectOfJob: (job_id: string) => string | undefined = () => undefined;
  /** Told of each program that the host starts, before it runs. */
  onProgram: ((line: readonly string[]) => void) | undefined;
  /** Told of each step, for a trace. */
  onStep: ((text: string) => void) | undefined;
  /** The scenario's requests that have not been answered. */
  readonly requests = new Set<object>();
  /** Only what this request needs is run. */
  exclusive: object | undefined;
  private readonly ready: Operation[] = [];
  private readonly death: Death;

  constructor(options: WorldOptions) {
    const { root, state, seed, kills, death, tethered } = options;
    this.places = placesOf(root);
    this.state = state;
    this.timers = new Timers(state.clocks);
    this.names = createRandom(`${seed} names`);
    this.chance = createRandom(`${seed} chance`);
    this.kills = kills;
    this.death = death;
    this.tethered = tethered;
  }

  /** A number that grows: what comes later is greater. */
  tick(): number {
    return (this.state.sequence += 1);
  }

  enqueue(context: Context, run: () => void): void {
    if (context.actor.alive) this.ready.push({ context, run });
  }

  /** Runs `action` some time soon, as `context`; never when that has died. */
  schedule<T>(context: Context, action: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.enqueue(context, () => {
        try {
          resolve(action());
        } catch (error) {
          if (!(error instanceof Killed)) reject(error as Error);
        }
      });
    });
  }

  /** An effect on what outlives a process: a point before and after it. */
  effect<T>(actor: Actor, point: string, action: () => T): T {
    this.at(actor, `${point}:before`);
    this.faults?.meet(actor, point);
    const value = action();
    this.at(actor, `${point}:after`);
    return value;
  }

  /** A moment at which the host may be killed. */
  at(actor: Actor, point: string): void {
    if (!actor.alive) throw new Killed();
    if (actor.kind === "scenario") return;
    this.tick();
    this.onStep?.(`${actor.name} ${point}`);
    if (this.kills.isDue(point)) this.kill(point);
  }

  /** @throws Killed, always. */
  kill(point: string): never {
    this.kills.happened(point);
    settlePrograms(this);
    this.death(this);
    end(this);
    throw new Killed();
  }

  report(violation: Violation): void {
    const { incarnation, step } = this.kills;
    this.state.violations.push({ incarnation, step, ...violation });
  }

  /** Takes an operation that may run now. */
  take(): Operation | undefined {
    const { ready, exclusive } = this;
    for (let at = ready.length - 1; at >= 0; at -= 1) {
      if (!ready[at]?.context.actor.alive) ready.splice(at, 1);
    }
    if (exclusive === undefined) {
      return ready.splice(this.chance.below(ready.length), 1)[0];
    }
    const mine = ready.filter(({ context }) => context.request === exclusive);
    if (mine.length === 0) return undefined;
    const chosen = this.chance.pick(mine);
    ready.splice(ready.indexOf(chosen), 1);
    return chosen;
  }
}
