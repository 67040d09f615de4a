/** What the options of `policy set` make of a policy: pure. */

import {
  BackupError,
  invalidArgument,
  Policy,
  type Schedule,
} from "../../conat-api/index.js";

/** As they were typed. */
export interface PolicyFlags {
  enabled?: "on" | "off";
  daily?: boolean;
  cron?: string;
  timeZone?: string;
  keepLast?: string;
  keepHourly?: string;
  keepDaily?: string;
  keepWeekly?: string;
  keepMonthly?: string;
  keepYearly?: string;
  keepManualLast?: string;
  keepManualDays?: string;
  exclude?: string[];
  /** false: `--no-excludes`. */
  excludes?: boolean;
}

/** @throws BackupError INVALID_ARGUMENT that names the option or the field. */
export function changePolicy(policy: Policy, flags: PolicyFlags): Policy {
  const { enabled } = flags;
  return parsePolicy(
    {
      enabled: enabled === undefined ? policy.enabled : enabled === "on",
      schedule: changeSchedule(policy.schedule, flags),
      keep: changeKeep(policy, flags),
      keep_manual: changeManual(policy, flags),
      excludes: changeExcludes(policy, flags),
    },
    "",
  );
}

/** @throws BackupError INVALID_ARGUMENT; `where`: what it stands in. */
export function parsePolicy(value: unknown, where: string): Policy {
  const parsed = Policy.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidArgument(parsed.error, where);
}

function changeSchedule(
  schedule: Schedule,
  { daily = false, cron, timeZone }: PolicyFlags,
): Schedule {
  const zone = timeZone === undefined ? {} : { time_zone: timeZone };
  if (daily) {
    if (cron !== undefined || timeZone !== undefined) {
      throw refused("--daily has neither --cron nor --time-zone.");
    }
    return { type: "daily" };
  }
  const known = schedule.type === "cron" ? schedule : undefined;
  if (cron !== undefined) {
    return { ...known, type: "cron", expression: cron, ...zone };
  }
  if (timeZone === undefined) return schedule;
  if (known) return { ...known, ...zone };
  throw refused("--time-zone needs --cron: the host chooses a daily time.");
}

function changeKeep({ keep }: Policy, flags: PolicyFlags): Policy["keep"] {
  const { keepLast, keepHourly, keepDaily } = flags;
  const { keepWeekly, keepMonthly, keepYearly } = flags;
  return {
    last: count(keepLast, "--keep-last", keep.last),
    hourly: count(keepHourly, "--keep-hourly", keep.hourly),
    daily: count(keepDaily, "--keep-daily", keep.daily),
    weekly: count(keepWeekly, "--keep-weekly", keep.weekly),
    monthly: count(keepMonthly, "--keep-monthly", keep.monthly),
    yearly: count(keepYearly, "--keep-yearly", keep.yearly),
  };
}

function changeManual(
  { keep_manual }: Policy,
  { keepManualLast, keepManualDays }: PolicyFlags,
): Policy["keep_manual"] {
  const { last, days } = keep_manual;
  return {
    last:
      keepManualLast === "all"
        ? null
        : count(keepManualLast, "--keep-manual-last", last),
    days: count(keepManualDays, "--keep-manual-days", days),
  };
}

function changeExcludes(
  policy: Policy,
  { exclude, excludes = true }: PolicyFlags,
): string[] {
  if (!excludes && exclude) {
    throw refused("Say either --exclude or --no-excludes.");
  }
  return excludes ? (exclude ?? policy.excludes) : [];
}

function count<T>(
  text: string | undefined,
  option: string,
  present: T,
): number | T {
  if (text === undefined) return present;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw refused(`${option} must be a whole number.`);
}

function refused(message: string): BackupError {
  return new BackupError("INVALID_ARGUMENT", message);
}
