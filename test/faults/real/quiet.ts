/** Waiting until the host has nothing left to do. */

import { setTimeout as sleep } from "node:timers/promises";
import { isTerminal } from "../../../conat-api/index.js";
import type { HostProcess } from "./host-process.js";
import { withRows } from "./rows.js";
import type { World } from "./world.js";

/**
 * Every row has ended. A retry that waits for its time is asked for: then it
 * is due. false: not within `withinMs`.
 */
export async function untilQuiet(
  { dataDir }: World,
  host: HostProcess,
  withinMs = 60_000,
): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (performance.now() < until) {
    const unfinished = withRows(dataDir, (rows) =>
      rows.all().filter(({ state }) => !isTerminal(state)),
    );
    if (unfinished.length === 0) return true;
    const waiting = unfinished.filter(
      ({ state, run_at }) => state === "pending" && run_at > Date.now(),
    );
    for (const { project_id } of waiting) {
      await host.call("start", { project_id });
    }
    await sleep(20);
  }
  return false;
}

/** What passes by itself within a while is no violation. */
export async function settled(
  check: () => Promise<string[]>,
  withinMs: number,
): Promise<string[]> {
  const until = performance.now() + withinMs;
  for (;;) {
    const wrong = await check();
    if (wrong.length === 0 || performance.now() > until) return wrong;
    await sleep(100);
  }
}
