/** The list of backups, for a terminal; pure. */

import type { Backup, Output } from "../../conat-api/index.js";
import {
  formatBytes,
  formatDuration,
  formatTable,
  formatTime,
} from "./format.js";

/** `forgotten`: the list may hold some, and says which. */
export function listText(
  { backups, as_of }: Output<"list">,
  forgotten: boolean,
): string {
  const count = backups.length;
  const plural = count === 1 ? "" : "s";
  const lines = [
    backupTable(backups, forgotten),
    `${count} backup${plural}, as of ${formatTime(as_of)}`,
  ];
  const unproven = backups.filter((one) => one.unproven).length;
  if (unproven > 0) {
    lines.push(
      `${unproven} not proven yet: the repository was pruned meanwhile.`,
    );
  }
  return lines.join("\n");
}

const columns = [
  ...["TIME", "SIZE", "ADDED", "FILES", "TOOK", "TRIGGER", "WARNINGS"],
  ...["PIN", "NAME"],
];

function backupTable(backups: readonly Backup[], forgotten: boolean): string {
  const header = [...columns, ...(forgotten ? ["FORGOTTEN"] : []), "BACKUP"];
  return formatTable(
    header,
    backups.map((one) => [
      formatTime(one.time),
      formatBytes(one.size_bytes),
      formatBytes(one.added_bytes),
      String(one.files ?? "-"),
      formatDuration(one.duration_ms),
      one.trigger ?? "-",
      String(one.warnings_count ?? "-"),
      one.pinned ? "pinned" : "-",
      shortened(one.name ?? "-"),
      ...(forgotten ? [formatTime(one.forgotten_at)] : []),
      one.backup_id,
    ]),
  );
}

const longest = 32;

/** A long name would push the ids out of the window. */
function shortened(name: string): string {
  const signs = [...name];
  return signs.length > longest
    ? `${signs.slice(0, longest - 3).join("")}...`
    : name;
}
