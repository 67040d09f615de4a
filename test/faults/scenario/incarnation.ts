/** The life of one host process: recover, be checked, be lively, be killed. */

import { checkAll, days } from "../invariants/index.js";
import { watchRepository } from "../invariants/repository.js";
import { inContext } from "../world/actor.js";
import { type Aim, anyPoint } from "../world/kills.js";
import { finishOutliving } from "../world/os.js";
import { runWorld } from "../world/scheduler.js";
import type { World } from "../world/world.js";
import { act } from "./actions.js";
import type { Facts } from "./facts.js";
import { passDays } from "./days.js";
import { perhapsLoseRows } from "./loss.js";
import { settleDown } from "./quiet.js";
import { openSession, type Session } from "./session.js";

/** Killed, or at its end: with no aim it only recovers and is checked. */
export async function live(
  world: World,
  facts: Facts,
  aim: Aim | undefined,
): Promise<{ killed: boolean }> {
  passDowntime(world);
  perhapsLoseRows(world, facts);
  const session = openSession(world, facts);
  world.onProgram = (line) => watchRepository(session, line);
  const eager = world.chance.chance(0.35) && aim !== undefined;
  if (aim && (eager || "step" in aim)) world.kills.aimAt(aim);
  return runWorld(world, async () => {
    await session.start();
    if (!eager) {
      await settleDown(session);
      checkAll(session);
    }
    if (aim === undefined && world.state.violations.length === 0) {
      await passDays(session);
      checkAll(session, days);
    }
    if (aim === undefined || world.state.violations.length > 0) {
      return session.close();
    }
    if (!eager && !("step" in aim)) world.kills.aimAt(aim);
    await untilKilled(session, aim);
  });
}

/** A point that is not met in a while gives way to any. */
async function untilKilled(session: Session, aim: Aim): Promise<void> {
  const { chance, kills } = session.world;
  for (let actions = 6 + chance.below(20); actions > 0; actions -= 1) {
    await actAndWait(session);
  }
  const occurrence = 1 + chance.below(60);
  if (!("step" in aim)) kills.aimAt({ point: anyPoint, occurrence });
  for (;;) await actAndWait(session);
}

async function actAndWait(session: Session): Promise<void> {
  const { chance } = session.world;
  await act(session);
  if (chance.chance(0.7)) await session.sleep(chance.below(200));
}

const longestDowntimeMs = 30_000;

/** The host is away: what outlived it goes on, and time does. */
function passDowntime(world: World): void {
  const { chance, state, timers } = world;
  if (chance.chance(0.05)) {
    // The machine was started again.
    state.boot += 1;
    state.outliving.length = 0;
  }
  timers.clocks.monotonicMs += chance.below(longestDowntimeMs);
  finishOutliving(world);
  const kernel = { kind: "scenario", alive: true, world } as const;
  const actor = {
    ...kernel,
    name: "kernel",
    pid: 2,
    started: 0,
    atDeath: new Set<() => void>(),
  };
  for (const { dueMs } of state.outliving) {
    const inMs = dueMs - state.clocks.monotonicMs;
    inContext({ actor }, () =>
      timers.add({ actor }, inMs, () => finishOutliving(world)),
    );
  }
}
