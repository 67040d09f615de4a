/** Lets a world come to rest: nothing is in its way any more. */

import { isTerminal } from "../../../conat-api/index.js";
import { leftovers } from "../invariants/leftovers.js";
import type { Session } from "./session.js";

const roundMs = 1000;
const mostRounds = 600;

/** What has not ended then never will; what is checked says so. */
export async function settleDown(session: Session): Promise<void> {
  const { world, facts, ask, sleep } = session;
  world.script = () => ({});
  world.faults = undefined;
  world.state.diskIsShort = false;
  await untilQuiet(session);
  checkListed(session);
  // It knows what a lost job file knew once it has read, and looked again.
  await look(session);
  const [project] = facts.projects;
  if (project) {
    const { project_id } = project;
    await ask("list", project, { project_id, refresh: true });
    await sleep(roundMs);
  }
  await look(session);
}

/** Before anybody asks the repository again. */
function checkListed({ world, rows, listed }: Session): void {
  const ids = listed();
  for (const { kind, state, job_id, backup_id } of rows()) {
    if (kind !== "backup" || state !== "succeeded") continue;
    if (ids.includes(backup_id ?? "")) continue;
    if (world.state.removed.includes(backup_id ?? "")) continue;
    const detail = `A backup that succeeded is listed at once. Job ${job_id}.`;
    world.report({ invariant: "I3", detail, atRest: true });
  }
}

/** The scheduler looks, and what it asks for is done. */
export async function look(session: Session): Promise<void> {
  await session.tick();
  await untilQuiet(session);
  // What a job has replaced goes when its row has ended.
  for (let rounds = 0; rounds < 60; rounds += 1) {
    if (leftovers(session).length === 0) return;
    await session.sleep(roundMs);
  }
}

async function untilQuiet(session: Session): Promise<void> {
  const { world, sleep } = session;
  for (let rounds = 0; rounds < mostRounds; rounds += 1) {
    const open = session.rows().filter(({ state }) => !isTerminal(state));
    const { outliving } = world.state;
    if (open.length + world.groups.size + outliving.length === 0) return;
    if (open.length > 0 && open.every(({ state }) => state === "pending")) {
      skipTo(session, Math.min(...open.map(({ run_at }) => run_at)));
    }
    await sleep(roundMs);
  }
}

/** No retry waits longer, wherever the clock has jumped to meanwhile. */
const longestWaitMs = 3_600_000;

/** The machine sleeps until something is due. */
function skipTo({ world: { timers } }: Session, run_at: number): void {
  const wait = run_at - timers.wall();
  if (wait > 2 * roundMs && wait <= longestWaitMs) {
    timers.jump(wait);
  }
}
