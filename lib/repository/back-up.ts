/** A backup, unless nothing has changed since its parent. */

import type {
  BackupInput,
  BackupOptions,
  BackupResult,
} from "./commands/backup.js";
import { listIdsCommand } from "./commands/snapshots.js";
import type { CallOptions, RusticCommand } from "./rustic.js";

interface Door {
  call<T>(command: RusticCommand<T>, options?: CallOptions): Promise<T>;
  run(options: BackupOptions): Promise<BackupResult>;
}

/**
 * Somebody may forget the parent while it is compared with: it is looked for
 * afterwards.
 */
export async function backUp(
  { call, run }: Door,
  input: BackupInput,
  { signal, onGroup }: CallOptions,
): Promise<BackupResult> {
  const result = await run(input);
  if (!result.unchanged) return result;
  const ids = await call(listIdsCommand, { signal, onGroup });
  return ids.includes(result.backup_id)
    ? result
    : run({ ...input, always: true });
}
