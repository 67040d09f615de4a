/** A policy, and what it would do, in words for a terminal; pure. */

import {
  isCrowded,
  type Policy,
  type PolicyInForce,
  type RetentionPreview,
  type Schedule,
} from "../../conat-api/index.js";
import { formatTable, formatTime, printable } from "./format.js";

export function policyText(inForce: PolicyInForce): string {
  const { policy, is_default, next_due_at, max_backups } = inForce;
  const { enabled, schedule, excludes } = policy;
  const lines: string[] = [];
  const add = (name: string, text: string) =>
    lines.push(`${`${name}:`.padEnd(14)}${text}`);
  add("policy", is_default ? "the host's default" : "the project's own");
  add("enabled", enabled ? "on" : "off");
  add("schedule", scheduleText(schedule));
  add("next due", next_due_at === null ? "none" : formatTime(next_due_at));
  add("keep", keepText(policy));
  add("keep manual", manualText(policy));
  for (const glob of excludes) add("exclude", printable(glob));
  if (max_backups !== null) add("at most", `${max_backups} backups`);
  add("take back", `within ${inForce.unforget_days} days`);
  return lines.join("\n");
}

function scheduleText(schedule: Schedule): string {
  if (schedule.type === "daily")
    return "daily, at a time that the host chooses";
  const { expression, time_zone } = schedule;
  const zone = time_zone ? ` in ${printable(time_zone)}` : "";
  return `cron ${printable(expression)}${zone}`;
}

function keepText({ keep }: Policy): string {
  const some = Object.entries(keep).filter(([, count]) => count > 0);
  return some.map(([name, count]) => `${name} ${count}`).join(", ") || "none";
}

function manualText({ keep_manual: { last, days } }: Policy): string {
  if (last === null || (last === 0 && days === 0)) return "all";
  const young = days > 0 ? `, and all younger than ${days} days` : "";
  return `last ${last}${young}`;
}

export function previewText(preview: RetentionPreview): string {
  const { decisions, kept, dropped, max_backups } = preview;
  const rows = decisions.map(({ backup, keep, drop }) => [
    formatTime(backup.time),
    backup.name ?? "",
    keep.length > 0 ? keep.join(", ") : `GOES (${drop ?? "policy"})`,
    backup.backup_id,
  ]);
  const table = formatTable(["TIME", "NAME", "KEPT", "BACKUP"], rows);
  const lines = [table, `${kept} kept, ${dropped} would go.`];
  if (isCrowded(preview)) {
    lines.push(
      `The limit of ${max_backups} leaves fewer than two scheduled backups: those that are pinned or that somebody asked for come first.`,
    );
  }
  return lines.join("\n");
}
