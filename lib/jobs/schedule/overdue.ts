/** Has a change waited for longer than it should? Pure. */

import type { Calendar } from "./calendar.js";
import { dueOf } from "./due.js";
import type { ScheduleRow } from "./plan.js";

/**
 * The queue's share of the time. Daily it makes the 26 hours that a host
 * promises: a backup is due within a day.
 */
const queueMs = 2 * 3_600_000;

/** `since`: when the change was made. A project backed up weekly may wait. */
export function isOverdue(
  since: number,
  { project_id, schedule }: Pick<ScheduleRow, "project_id" | "schedule">,
  calendar: Calendar,
  now: number,
): boolean {
  const { next_at } = dueOf(project_id, schedule, calendar, since);
  return now - next_at > queueMs;
}
