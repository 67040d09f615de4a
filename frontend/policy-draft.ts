/** A policy as it is being typed, and what is wrong with it so far. */

import type { Policy, Retention, Schedule } from "../conat-api/index.js";
import { policyMessages } from "./messages.js";
import type { Sentence } from "./sentence.js";

export interface PolicyDraft {
  enabled: boolean;
  schedule: Schedule["type"];
  expression: string;
  time_zone: string;
  keep: Record<keyof Retention, string>;
  manualAll: boolean;
  manualLast: string;
  manualDays: string;
  excludes: string;
}

export type DraftField =
  | keyof Retention
  | "expression"
  | "time_zone"
  | "manualLast"
  | "manualDays"
  | "excludes";

export type DraftErrors = Partial<Record<DraftField, Sentence>>;

export const keepFields = [
  "last",
  "hourly",
  "daily",
  "weekly",
  "monthly",
  "yearly",
] as const satisfies (keyof Retention)[];

export function draftOf(policy: Policy): PolicyDraft {
  const { enabled, schedule, keep, keep_manual, excludes } = policy;
  const cron = schedule.type === "cron" ? schedule : undefined;
  const counts = keepFields.map((name) => [name, String(keep[name])]);
  return {
    enabled,
    schedule: schedule.type,
    expression: cron?.expression ?? "",
    time_zone: cron?.time_zone ?? "",
    keep: Object.fromEntries(counts) as PolicyDraft["keep"],
    manualAll: keep_manual.last === null,
    manualLast: String(keep_manual.last ?? 10),
    manualDays: String(keep_manual.days),
    excludes: excludes.join("\n"),
  };
}

/** The policy that was meant; the host has the last word on it. */
export function policyOf(draft: PolicyDraft): Policy {
  const { enabled, keep, manualAll, manualLast, manualDays } = draft;
  const counts = keepFields.map((name) => [name, Number(keep[name])]);
  return {
    enabled,
    schedule: scheduleOf(draft),
    keep: Object.fromEntries(counts) as Retention,
    keep_manual: {
      last: manualAll ? null : Number(manualLast),
      // Not asked for beside "all", and of no effect.
      days: manualAll ? 0 : Number(manualDays),
    },
    excludes: linesOf(draft).map(({ text }) => text),
  };
}

function scheduleOf({ schedule, expression, time_zone }: PolicyDraft) {
  if (schedule === "daily") return { type: "daily" } as const;
  const zone = time_zone.trim();
  return {
    type: "cron" as const,
    expression: expression.trim(),
    ...(zone && { time_zone: zone }),
  };
}

export function errorsOf(draft: PolicyDraft): DraftErrors {
  const errors: DraftErrors = {};
  const note = (field: DraftField, error: Sentence | undefined) => {
    if (error !== undefined) errors[field] = error;
  };
  for (const name of keepFields) {
    note(name, countError(draft.keep[name], 10_000));
  }
  if (!draft.manualAll) {
    note("manualLast", countError(draft.manualLast, 10_000));
    note("manualDays", countError(draft.manualDays, 36_500));
  }
  if (draft.schedule === "cron") {
    note("expression", expressionError(draft));
    note("time_zone", timeZoneError(draft));
  }
  note("excludes", excludesError(draft));
  return errors;
}

function countError(text: string, most: number): Sentence | undefined {
  const right = /^\d{1,5}$/.test(text.trim()) && Number(text) <= most;
  const values = { most };
  return right ? undefined : { message: policyMessages.countError, values };
}

function expressionError({ expression }: PolicyDraft): Sentence | undefined {
  const fields = expression.trim().split(/\s+/).length;
  const right = fields === 5 || fields === 6;
  return right ? undefined : { message: policyMessages.expressionError };
}

function timeZoneError({ time_zone }: PolicyDraft): Sentence | undefined {
  const zone = time_zone.trim();
  if (zone === "") return undefined;
  try {
    // Throws at what it does not know.
    Intl.DateTimeFormat("en", { timeZone: zone });
    return undefined;
  } catch {
    return { message: policyMessages.timeZoneError };
  }
}

const mostExcludes = 100;
const longestExclude = 1000;

function excludesError(draft: PolicyDraft): Sentence | undefined {
  const { excludesSign, excludesLong, excludesMany } = policyMessages;
  const lines = linesOf(draft);
  for (const { line, text } of lines) {
    const values = { line };
    if (/^[!#]/.test(text)) return { message: excludesSign, values };
    if (text.length > longestExclude) return { message: excludesLong, values };
  }
  const values = { most: mostExcludes };
  return lines.length > mostExcludes
    ? { message: excludesMany, values }
    : undefined;
}

function linesOf({ excludes }: PolicyDraft) {
  return excludes
    .split("\n")
    .map((text, index) => ({ line: index + 1, text: text.trim() }))
    .filter(({ text }) => text !== "");
}
