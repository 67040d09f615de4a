/**
 * Nothing locks a repository: while one command reads it another one, a
 * prune above all, replaces files that the first has listed. What wrote
 * nothing by then runs again at once.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { lostRace, Vanished } from "./failure.js";
import type { RusticCommand } from "./rustic.js";

/**
 * While two hosts made one backup after the other and prune never rested, one
 * backup in 40 lost, one `ls` in 35 and one prune in eight.
 */
const pausesMs = [50, 100, 200, 400, 800];

/** @throws LostRace: it lost each time, and always to something else. */
export async function raceAgain<T>(
  attempt: () => Promise<T>,
  { action, repeatable }: RusticCommand<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const missed = new Set<string>();
  for (let lost = 0; ; lost++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Vanished)) throw error;
      // The same again: it is damage.
      if (missed.has(error.missing)) throw error;
      missed.add(error.missing);
      if (repeatable && !(await repeatable())) throw error;
      const pause = pausesMs[lost];
      if (pause === undefined) throw lostRace(action, error);
      // An attempt that was cancelled says so itself.
      await sleep(pause, undefined, signal && { signal }).catch(() => {});
    }
  }
}
