/** When backups are due, and which ones start: pure decisions. */

export { admit, type Gate } from "./admit.js";
export { type Calendar, openCalendar } from "./calendar.js";
export { checkSchedule } from "./check.js";
export type { Surroundings } from "./cron.js";
export { dueOf } from "./due.js";
export { isOverdue } from "./overdue.js";
export {
  type Due,
  nextDue,
  planDue,
  type PlanState,
  type ScheduleRow,
} from "./plan.js";
export { afterTick, type SchedulerState } from "./resume.js";
export { type QueueFacts, roomFor } from "./room.js";
export { usableSchedule } from "./usable.js";
export { defaultScheduleSettings, type ScheduleSettings } from "./settings.js";
