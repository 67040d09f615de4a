/** Moves a world on: one operation at a time, and time when there is none. */

import { inContext, Killed } from "./actor.js";
import type { World } from "./world.js";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A timer that is due so soon may come before operations that wait. */
const slowDiskMs = 1000;

export type Ending<T> = { killed: true } | { killed: false; value: T };

/**
 * Runs `scenario` in the world until it resolves or the host is killed.
 *
 * @throws what the scenario throws.
 */
export async function runWorld<T>(
  world: World,
  scenario: () => Promise<T>,
): Promise<Ending<T>> {
  let ended: { value: T } | { error: unknown } | undefined;
  scenario().then(
    (value) => (ended = { value }),
    (error: unknown) => (ended = { error }),
  );
  for (;;) {
    await turn();
    if (world.kills.dead) return afterDeath();
    if (ended) break;
    step(world);
  }
  if ("error" in ended) throw ended.error;
  return { killed: false, value: ended.value };
}

/** What the dead process still has in its hands runs against closed doors. */
async function afterDeath(): Promise<{ killed: true }> {
  for (let times = 0; times < 3; times += 1) await turn();
  return { killed: true };
}

function step(world: World): void {
  const timer = world.timers.next();
  const early =
    timer !== undefined &&
    world.requests.size === 0 &&
    timer.at - world.timers.clocks.monotonicMs < slowDiskMs &&
    world.chance.chance(0.02);
  const operation = early ? undefined : world.take();
  if (operation) {
    guarded(() => inContext(operation.context, operation.run));
  } else if (world.requests.size > 0) {
    unanswered(world);
  } else if (timer) {
    world.timers.reach(timer);
    guarded(() => inContext(timer.context, timer.fire));
  } else {
    throw new Error("nothing will ever happen in this world again");
  }
}

/** A request waits for something that is not its own. */
function unanswered(world: World): void {
  const how = world.exclusive ? "what others do" : "time to pass";
  world.report({
    invariant: "I11",
    detail: `a request was not answered without ${how}`,
  });
  world.exclusive = undefined;
  world.requests.clear();
}

function guarded(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}
