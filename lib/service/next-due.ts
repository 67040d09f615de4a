/** When the next backup of a project begins by itself. */

import {
  afterTick,
  type Calendar,
  nextDue,
  type ScheduleRow,
  usableSchedule,
} from "../jobs/schedule/index.js";
import { policyOf } from "../tasks/policy.js";
import type { Tools } from "../tasks/task.js";

export type NextDueNeeds = Pick<Tools, "store" | "config"> & {
  host: Pick<Tools["host"], "clock">;
  calendar: Calendar;
};

/** As the scheduler decides it; null: none begins. */
export function nextDueAt(
  project_id: string,
  needs: NextDueNeeds,
): number | null {
  const { store, config, calendar, host } = needs;
  const { enabled, schedule } = policyOf(project_id, needs);
  if (!enabled || !config.schedule.enabled) return null;
  const now = host.clock.now();
  const known = store.projects.get(project_id);
  const row: ScheduleRow = {
    ...(known ?? untried),
    ...{ project_id, enabled },
    schedule: usableSchedule(schedule, calendar),
    // The scheduler will see it at its next look.
    first_seen_at: known?.first_seen_at ?? now,
  };
  const ticks = store.scheduler.get() ?? afterTick(undefined, now);
  const { ready_at } = nextDue(row, { ...ticks, calendar, now });
  return Number.isFinite(ready_at) ? Math.max(now, ready_at) : null;
}

const untried = {
  ...{ covered_at: null, tried_at: null, cancelled: false },
  ...{ failed_in_a_row: 0, failed_at: null },
  ...{ busy: false, unprotected_since: null },
};
