/** The rule for backups that somebody asked for; pure. */

import type { KeepReason, ManualRetention } from "../../../conat-api/index.js";
import { dayMs } from "../zone.js";
import type { RetentionBackup } from "./backup.js";

/** Empty: it goes. `backups`: newest first. */
export function keepManual(
  backups: readonly RetentionBackup[],
  { last, days }: ManualRetention,
  now: number,
): Map<RetentionBackup, KeepReason[]> {
  const kept = (backup: RetentionBackup, index: number) =>
    index < (last ?? Infinity) || backup.time > now - days * dayMs;
  return new Map(
    backups.map((backup, index) => [
      backup,
      kept(backup, index) ? ["manual"] : [],
    ]),
  );
}
