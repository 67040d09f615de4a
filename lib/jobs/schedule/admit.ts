/** Which of those that are due may queue now; pure. */

import type { Due } from "./plan.js";
import type { ScheduleSettings } from "./settings.js";

export interface Gate {
  /**
   * How many more scheduled jobs may wait. Few: the order is decided as late
   * as it can be, and whoever asks stands in no long queue.
   */
  room: number;
  now: number;
  pressure: { high: boolean };
  settings: Pick<ScheduleSettings, "starvation_minutes" | "exposure_minutes">;
}

/** Their project_ids, in the order of `due`. */
export function admit(
  due: readonly Due[],
  { room, now, pressure, settings }: Gate,
): string[] {
  const admissible = pressure.high
    ? due.filter((one) => isStarved(one, now, settings))
    : due;
  return admissible
    .slice(0, Math.max(0, room))
    .map(({ project_id }) => project_id);
}

/** Pressure postpones, it never cancels: not what waits or risks too much. */
function isStarved(
  { ready_at, risk_since }: Due,
  now: number,
  { starvation_minutes, exposure_minutes }: Gate["settings"],
): boolean {
  return (
    now - ready_at > starvation_minutes * 60_000 ||
    now - risk_since > exposure_minutes * 60_000
  );
}
