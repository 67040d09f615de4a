/** Some days pass in peace: what is due by then is done. */

import { livingProjects, writeVersion } from "./projects.js";
import { look } from "./quiet.js";
import type { Session } from "./session.js";

const hourMs = 3_600_000;
/** Longer than any of a world's periods. */
const hours = 56;
const stepHours = 7;
/** The catch-up of the scheduler. */
export const catchUpMs = 61_000;

export async function passDays(session: Session): Promise<void> {
  const { world, facts } = session;
  for (let passed = 0; passed < hours; passed += stepHours) {
    for (const project of livingProjects(facts)) {
      if (world.chance.chance(0.25)) writeVersion(world, facts, project);
    }
    world.timers.jump(stepHours * hourMs);
    await look(session);
    world.timers.jump(catchUpMs);
    await look(session);
  }
  // For what was written last: asked for, retained, annotated, written down.
  for (const ms of [26 * hourMs, ...Array<number>(4).fill(catchUpMs)]) {
    world.timers.jump(ms);
    await look(session);
  }
}
