/** Forgotten backups whose time to be taken back is over. */

import type { BackupKey } from "../store/index.js";
import type { Tools } from "./task.js";

export const dayMs = 24 * 3600 * 1000;

export function expiredOf(
  repository_id: string,
  { store, config, host }: Pick<Tools, "store" | "config" | "host">,
  limit: number,
): BackupKey[] {
  const { unforget_days } = config.retention;
  const before = host.clock.now() - unforget_days * dayMs;
  return store.annotations.expired({ repository_id, before, limit });
}
