/** How long the queue of scheduled jobs may be; pure. */

import type { ScheduleSettings } from "./settings.js";

export interface QueueFacts {
  /** Jobs at once. */
  cap: number;
  /** Scheduled jobs that wait already. */
  waiting: number;
  /** Projects that have a schedule. */
  projects: number;
  settings: Pick<ScheduleSettings, "window_minutes">;
}

/**
 * How many more may queue, asked for once a minute. Long enough that no place
 * stands empty until the next minute; and a fifth more than come due in a
 * minute of the window, so that what piled up drains without a herd: the host
 * starts no more than that, however short its jobs are.
 */
export function roomFor({
  cap,
  waiting,
  projects,
  settings,
}: QueueFacts): number {
  const aMinute = Math.ceil((1.2 * projects) / settings.window_minutes);
  return Math.max(0, Math.max(4 * cap, aMinute) - waiting);
}
