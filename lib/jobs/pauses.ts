/**
 * Projects for which something has failed: they wait a while, so that those
 * behind them have their turn. In memory: after a restart each is tried again.
 */

import type { Clock } from "../host.js";

export interface Pauses {
  begin(project_id: string): void;
  /** Those that wait now. */
  current(): Set<string>;
}

export function createPauses(clock: Clock, pauseMs: number): Pauses {
  const began = new Map<string, number>();
  return {
    begin: (project_id) => void began.set(project_id, clock.now()),
    current() {
      const now = clock.now();
      for (const [project_id, at] of began) {
        // What lies in the future is of a clock that was wrong.
        if (at > now || now - at >= pauseMs) began.delete(project_id);
      }
      return new Set(began.keys());
    },
  };
}
