/**
 * What production code and stand-ins find where Node has its globals: the
 * world's clock, chance and process. The bundle puts an import of these at
 * the top of each of their files.
 */

import {
  type Context,
  currentContext,
  inContext,
  livingActor,
} from "../actor.js";
import type { Timer } from "../clock.js";
import { signal } from "../os.js";

const RealDate = globalThis.Date;
const realProcess = globalThis.process;

class WorldDate extends RealDate {
  constructor(...args: unknown[]) {
    if (args.length === 0) super(WorldDate.now());
    else super(...(args as [number]));
  }
  static override now(): number {
    return currentContext().actor.world.timers.wall();
  }
}

export { WorldDate as Date };

export const performance = {
  now: () => currentContext().actor.world.timers.clocks.monotonicMs,
};

export const Math = Object.create(globalThis.Math, {
  random: { value: () => currentContext().actor.world.chance.next() },
}) as typeof globalThis.Math;

class Waiting {
  constructor(readonly timer: Timer) {}
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }
}

type Action = (...args: unknown[]) => void;

function wait(repeats: boolean) {
  return (action: Action, ms = 1, ...args: unknown[]): Waiting => {
    const context: Context = currentContext();
    const { timers } = context.actor.world;
    const fire = () => inContext(context, () => action(...args));
    return new Waiting(timers.add(context, ms, fire, repeats));
  };
}

export const setTimeout = wait(false);
export const setInterval = wait(true);

export function clearTimeout(waiting?: Waiting): void {
  if (waiting) currentContext().actor.world.timers.remove(waiting.timer);
}

export const clearInterval = clearTimeout;

export function setImmediate(action: Action, ...args: unknown[]): object {
  // What a request starts for later is not what it waits for.
  const { actor } = currentContext();
  const context = { actor };
  actor.world.enqueue(context, () => action(...args));
  return {};
}

export const process = {
  ...{ argv: ["node", "host"], execPath: "/usr/bin/node", platform: "linux" },
  env: { PATH: "/usr/bin" } as Record<string, string>,
  get pid(): number {
    return currentContext().actor.pid;
  },
  getuid: () => 0,
  getgid: () => 0,
  nextTick: realProcess.nextTick.bind(realProcess),
  kill(pid: number, name: string | number): true {
    return signal(livingActor().world, pid, name);
  },
  report: {
    getReport: () => ({ sharedObjects: ["/usr/lib/better_sqlite3.node"] }),
  },
};
