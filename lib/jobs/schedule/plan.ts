/** Which projects are due now, or will be; pure. */

import type { Schedule } from "../../../conat-api/index.js";
import { dayMs } from "../zone.js";
import { backOffMs } from "./back-off.js";
import type { Calendar } from "./calendar.js";
import type { Surroundings } from "./cron.js";
import { dueOf } from "./due.js";
import { fractionOf, salts } from "./hash.js";
import type { SchedulerState } from "./resume.js";

/**
 * What is known of a project. "Newest" is by the order in which rows were
 * written, never by the clock: it may have been wrong for a while.
 */
export interface ScheduleRow {
  project_id: string;
  schedule: Schedule;
  enabled: boolean;
  /**
   * When the newest backup that succeeded, unchanged ones included, whoever
   * asked for it, fixed its source.
   */
  covered_at: number | null;
  /** When the newest backup job, in any state, was written. */
  tried_at: number | null;
  /** Somebody cancelled that one. */
  cancelled: boolean;
  failed_in_a_row: number;
  /** End of the newest failure. */
  failed_at: number | null;
  /** A backup waits or runs, one that waits for its retry included. */
  busy: boolean;
  /** The oldest change known to be in no backup. */
  unprotected_since: number | null;
  first_seen_at: number;
}

export interface Due {
  project_id: string;
  due_at: number;
  /** Since when nothing but the queue is in its way. */
  ready_at: number;
  /** Since when there may be a change that no backup has. */
  risk_since: number;
  failing: boolean;
}

export interface PlanState extends Pick<
  SchedulerState,
  "resumed_at" | "away_ms" | "set_at" | "set_back_ms"
> {
  calendar: Calendar;
  now: number;
}

/** In the order in which they should start. */
export function planDue(rows: readonly ScheduleRow[], state: PlanState): Due[] {
  return rows
    .filter(({ enabled }) => enabled)
    .map((row) => nextDue(row, state))
    .filter(({ ready_at }) => ready_at <= state.now)
    .toSorted(byUrgency);
}

/**
 * The next backup that the scheduler asks for, if all stays as it is until
 * then: at `ready_at`, or now where that has passed.
 */
export function nextDue(row: ScheduleRow, state: PlanState): Due {
  const { project_id, schedule, failed_in_a_row } = row;
  const { calendar, now } = state;
  const instants = dueOf(project_id, schedule, calendar, now);
  const due_at = uncovered(row, instants, state);
  const caughtUp = caughtUpAt(project_id, due_at, state);
  return {
    ...{ project_id, due_at, failing: failed_in_a_row > 0 },
    // Its next instant, where that comes first, is due as ever: never both.
    ready_at: Math.max(
      Math.min(caughtUp, instants.next_at),
      triedAgainAt(row, now),
    ),
    risk_since: riskSince(row, due_at, now),
  };
}

/** The due instant that no backup covers: the newest, or one to come. */
function uncovered(
  row: ScheduleRow,
  instants: Surroundings,
  state: PlanState,
): number {
  const { covered_at, busy } = row;
  const { now } = state;
  const { due_at, next_at } = instants;
  // What waits or runs will cover the newest.
  if (busy) return next_at;
  // What a wrong clock said proves nothing: once more, then.
  const covered = covered_at !== null && !isAhead(covered_at, now);
  if (covered && covered_at >= due_at) return overdueAt(row, next_at, state);
  if (wasCancelled(row, due_at, now)) return next_at;
  if (covered_at !== null) return due_at;
  return firstDueAt(row, instants, state);
}

/**
 * Where the clock was set back, the next instant comes late by as much: it
 * counts as reached when the clock as it was before would show it, once a
 * change has waited as long in truth as it may under pressure.
 */
function overdueAt(
  row: ScheduleRow,
  next_at: number,
  { calendar, now, set_at, set_back_ms }: PlanState,
): number {
  if (row.schedule.type !== "daily" || set_at === null) return next_at;
  const since = riskSince(row, now, now);
  // Later ones are of the clock as it is now.
  if (since >= set_at || set_back_ms < 0) return next_at;
  const exposureMs = calendar.settings.exposure_minutes * 60_000;
  const due_at = Math.max(next_at, since + exposureMs) - set_back_ms;
  return wasCancelled(row, due_at, now) ? next_at : Math.min(due_at, next_at);
}

/**
 * Tried since it was due, and it neither failed nor left a backup: whoever
 * cancels one does not find it back a minute later.
 */
function wasCancelled(
  { tried_at, failed_at, cancelled }: ScheduleRow,
  due_at: number,
  now: number,
): boolean {
  if (!cancelled || tried_at === null || tried_at < due_at) return false;
  // A retry is written at the very instant of the failure before it.
  return tried_at >= (failed_at ?? -Infinity) && !isAhead(tried_at, now);
}

/**
 * A project without any backup waits for its own next instant: it has hardly
 * any content yet, and a host that meets all its projects for the first time
 * would have to back all of them up at once. A weekly schedule may not leave
 * it without a backup for longer than a day, though.
 */
function firstDueAt(
  { project_id, first_seen_at }: ScheduleRow,
  { due_at, next_at }: Surroundings,
  { now, calendar }: PlanState,
): number {
  if (due_at >= first_seen_at || isAhead(first_seen_at, now)) return due_at;
  const spreadMs = calendar.settings.catch_up_minutes * 60_000;
  const latest =
    first_seen_at + dayMs + fractionOf(project_id, salts.catchUp) * spreadMs;
  return Math.min(latest, next_at);
}

/**
 * What came due while the host was away is spread over a while, not by its
 * place in the window: an outage may end within it. Who was away for less
 * than a window missed less, and has it back sooner.
 */
function caughtUpAt(
  project_id: string,
  due_at: number,
  { calendar, now, resumed_at, away_ms }: PlanState,
): number {
  if (resumed_at === null || due_at >= resumed_at) return due_at;
  if (isAhead(resumed_at, now)) return due_at;
  const { catch_up_minutes, window_minutes } = calendar.settings;
  const missed = Math.min(1, away_ms / (window_minutes * 60_000));
  const spreadMs = catch_up_minutes * 60_000 * missed;
  return resumed_at + fractionOf(project_id, salts.catchUp) * spreadMs;
}

function triedAgainAt(row: ScheduleRow, now: number): number {
  const { project_id, failed_in_a_row, failed_at } = row;
  if (failed_at === null || isAhead(failed_at, now)) return -Infinity;
  return failed_at + backOffMs(project_id, failed_in_a_row);
}

/**
 * Only a clock that was set back explains it. A minute: `now` may have been
 * read before the row was.
 */
function isAhead(instant: number, now: number): boolean {
  return instant > now + 60_000;
}

/**
 * Where nothing tells, the worst is assumed: it changed right after its last
 * backup. Ordered by their due instants such projects came last wherever many
 * waited, and a day's changes were 28 hours old.
 */
function riskSince(row: ScheduleRow, due_at: number, now: number): number {
  const { unprotected_since, covered_at, first_seen_at } = row;
  const since = unprotected_since ?? covered_at ?? first_seen_at;
  return isAhead(since, now) ? due_at : Math.min(since, now);
}

/** The oldest risk first; what fails all the time holds up nobody. */
function byUrgency(a: Due, b: Due): number {
  if (a.failing !== b.failing) return a.failing ? 1 : -1;
  if (a.risk_since !== b.risk_since) return a.risk_since - b.risk_since;
  return a.project_id < b.project_id ? -1 : 1;
}
