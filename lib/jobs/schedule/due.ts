/** When a project's backup was due last, and when it is due next. */

import type { Schedule } from "../../../conat-api/index.js";
import type { Calendar } from "./calendar.js";
import type { Surroundings } from "./cron.js";
import { fractionOf, salts } from "./hash.js";

/**
 * A daily schedule has one instant in each window, always at the same
 * fraction of its real length: a night that loses or gains an hour stays
 * evenly spread.
 */
export function dueOf(
  project_id: string,
  schedule: Schedule,
  calendar: Calendar,
  now: number,
): Surroundings {
  if (schedule.type === "cron") return calendar.cron(schedule, now);
  const fraction = fractionOf(project_id, salts.window);
  let due_at = -Infinity;
  for (const { start, end } of calendar.windows.around(now)) {
    const at = start + Math.floor(fraction * (end - start));
    if (at > now) return { due_at, next_at: at };
    due_at = at;
  }
  return { due_at, next_at: Infinity };
}
