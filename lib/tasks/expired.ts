/**
 * Forgotten backups whose time to be taken back is over. By the clock alone:
 * where it has leapt, people have a day to see that before anything goes.
 */

import type { BackupKey } from "../store/index.js";
import type { Tools } from "./task.js";

export const dayMs = 24 * 3600 * 1000;

export function expiredOf(
  repository_id: string,
  { store, config, host }: Pick<Tools, "store" | "config" | "host">,
  limit: number,
): BackupKey[] {
  const { unforget_days } = config.retention;
  const now = host.clock.now();
  const leapt_at = store.scheduler.leaptAt(now);
  // One that lies ahead is of a clock that was set back since.
  if (leapt_at !== null && leapt_at <= now && now - leapt_at < dayMs) return [];
  const before = now - unforget_days * dayMs;
  return store.annotations.expired({ repository_id, before, limit });
}
