/** When a host makes its scheduled backups: part of its configuration. */

export interface ScheduleSettings {
  /** HH:MM in `time_zone`: daily backups begin. */
  window_start: string;
  /** And are spread over this long; a day at most. */
  window_minutes: number;
  /** An IANA name; without one, the system's. */
  time_zone?: string | undefined;
  /** What was missed while the host was away is spread over this long. */
  catch_up_minutes: number;
  /** A host under pressure starts what has waited longer than this. */
  starvation_minutes: number;
  /** And what may have a change that no backup has for longer than this. */
  exposure_minutes: number;
  /** Without a cheaper way to tell, a tree is walked once in so many days. */
  walk_days: number;
}

export const defaultScheduleSettings: ScheduleSettings = {
  window_start: "00:00",
  window_minutes: 360,
  time_zone: "UTC",
  catch_up_minutes: 120,
  starvation_minutes: 240,
  // An hour below the 26 that a host promises: the queue needs the rest.
  exposure_minutes: 25 * 60,
  walk_days: 7,
};
