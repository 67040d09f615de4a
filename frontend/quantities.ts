/** Bytes, durations and instants in the reader's language. */

import type { IntlShape } from "react-intl";
import { listMessages } from "./messages.js";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const byteUnits = [
  "byte",
  "kilobyte",
  "megabyte",
  "gigabyte",
  "terabyte",
  "petabyte",
] as const;

/** Decimal units: "1.2 GB"; what is not known is said to be. */
export function formatBytes(intl: IntlShape, bytes: number | null): string {
  if (bytes === null) return intl.formatMessage(listMessages.notKnown);
  let value = Math.max(0, bytes);
  let unit = 0;
  // 999.95 would be shown as 1000.0.
  while (value >= 999.95 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return intl.formatNumber(value, {
    style: "unit",
    unit: byteUnits[unit] ?? "petabyte",
    // "5 byte" is no English.
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: unit === 0 || value >= 100 ? 0 : 1,
  });
}

/** The two largest units: "1 hr 5 min"; under a second counts as one. */
export function formatDuration(intl: IntlShape, ms: number | null): string {
  if (ms === null) return intl.formatMessage(listMessages.notKnown);
  const seconds = Math.max(1, Math.round(ms / second));
  const parts = [
    ["day", Math.floor(seconds / 86_400)],
    ["hour", Math.floor(seconds / 3600) % 24],
    ["minute", Math.floor(seconds / 60) % 60],
    ["second", seconds % 60],
  ] as const;
  const first = parts.findIndex(([, count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([, count]) => count > 0)
    .map(([unit, value]) =>
      intl.formatNumber(value, {
        style: "unit",
        unit,
        unitDisplay: "short",
      }),
    )
    .join(" ");
}

/**
 * "5 minutes ago". What has happened never lies ahead: where the clocks of
 * host and browser say so by more than a little, the instant itself is said.
 */
export function formatAgo(intl: IntlShape, at: number, now: number): string {
  if (at - now > 2 * minute) return formatInstant(intl, at);
  const ms = Math.min(at - now, 0);
  return isNow(ms)
    ? intl.formatMessage(listMessages.justNow)
    : relative(intl, ms);
}

/** "in 5 minutes"; what is overdue is due now. */
export function formatDue(intl: IntlShape, at: number, now: number): string {
  return relative(intl, Math.max(at - now, 0));
}

/** To the second: two backups of one minute are told apart by it. */
export function formatInstant(intl: IntlShape, at: number): string {
  return intl.formatDate(at, { dateStyle: "medium", timeStyle: "medium" });
}

/** Today the time is enough. */
export function formatSince(intl: IntlShape, at: number, now: number): string {
  const date = (instant: number) => intl.formatDate(instant);
  return date(at) === date(now)
    ? intl.formatTime(at)
    : intl.formatDate(at, { dateStyle: "medium", timeStyle: "short" });
}

const isNow = (ms: number): boolean => Math.abs(ms) < 45 * second;

function relative(intl: IntlShape, ms: number): string {
  const size = Math.abs(ms);
  const in_ = (unitMs: number) => Math.sign(ms) * Math.round(size / unitMs);
  const options = { numeric: "auto" } as const;
  if (isNow(ms)) return intl.formatRelativeTime(0, "second", options);
  if (size < 59.5 * minute)
    return intl.formatRelativeTime(in_(minute), "minute");
  if (size < 23.5 * hour) return intl.formatRelativeTime(in_(hour), "hour");
  return intl.formatRelativeTime(in_(day), "day");
}
