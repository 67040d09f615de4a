/** A schedule that this host cannot use: daily in its place. */

import type { Schedule } from "../../../conat-api/index.js";
import type { Calendar } from "./calendar.js";

/** What a document brought has been checked by its host only. */
export function usableSchedule(
  schedule: Schedule,
  calendar: Pick<Calendar, "isUsable">,
): Schedule {
  return calendar.isUsable(schedule) ? schedule : { type: "daily" };
}
