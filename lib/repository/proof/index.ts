/** A backup over the network, and the proof that it is stored. */

import { existsSync } from "node:fs";
import { backupCommand } from "../commands/backup.js";
import type { BackupOptions, BackupResult } from "../commands/backup.js";
import { withCallFile } from "../call-file.js";
import type { CallOptions } from "../rustic.js";
import { cachedIndex, type KnownIndex } from "./known-index.js";
import type { Mark, Marks } from "./marks.js";
import { isClearlyStored, proveStored, type Proving } from "./prove.js";
import { readWritten, type Written } from "./written.js";

export { type KnownIndex, openKnownIndex } from "./known-index.js";
export { type Marks, openMarks } from "./marks.js";
export { proveStored, type Proving } from "./prove.js";

export interface RemoteBackup {
  proving: Proving;
  marks: Marks;
  known: KnownIndex;
  runDir: string;
  /** false: rustic reaches the storage through a proxy, we would not. */
  direct: boolean;
}

/**
 * @throws BackupError as rustic's failures are classified, and
 * REPOSITORY_UNREACHABLE or REPOSITORY_DAMAGED when what rustic called
 * stored is not.
 */
export function backUpRemotely(
  remote: RemoteBackup,
  input: BackupOptions,
  options: CallOptions,
): Promise<BackupResult> {
  const { proving, marks, runDir } = remote;
  return withCallFile(runDir, ".log", async (logFile) => {
    const mark = marks.begin(logFile);
    try {
      const command = backupCommand({ ...input, logFile });
      const result = await proving.call(command, options);
      if (result.unchanged) {
        // An earlier proof holds; what this run wrote is another matter.
        await leave(mark, logFile);
        return result;
      }
      await prove(remote, result.backup_id, { mark, logFile });
      mark.remove();
      return result;
    } catch (error) {
      await leave(mark, logFile);
      throw error;
    }
  });
}

/** Only while nothing makes us doubt the repository, the short way counts. */
async function prove(
  remote: RemoteBackup,
  backup_id: string,
  { mark, logFile }: { mark: Mark; logFile: string },
): Promise<void> {
  const { proving, marks, known, direct } = remote;
  const written = await readWritten(logFile).catch(() => undefined);
  const index = await cachedIndex(proving.cache);
  const leftOver = marks.leftOver();
  const doubtful =
    leftOver.length > 0 ||
    written === undefined ||
    index === undefined ||
    readUnknown(index, written, known) ||
    (await marks.mayHaveRead(mark, written));
  const short = direct && !doubtful;
  if (short && (await isClearlyStored(proving, backup_id, written))) {
    return remember(remote, index);
  }
  const { missesNothing } = await proveStored(proving, backup_id);
  if (!missesNothing) return;
  marks.clear(leftOver);
  // What came since was not looked at.
  await remember(remote, index ?? []);
}

/** Did it read an index file that no proof covers? */
function readUnknown(
  index: readonly string[],
  written: Written,
  known: KnownIndex,
): boolean {
  const ids = known.read();
  const isOurs = (id: string) => written.index.has(id.slice(0, 8));
  return ids === undefined || !index.every((id) => isOurs(id) || ids.has(id));
}

async function remember(
  { proving, known }: RemoteBackup,
  proven: readonly string[],
): Promise<void> {
  const present = await cachedIndex(proving.cache);
  if (present) known.add(proven, present);
}

/** A run that wrote no index file spoils no other. */
async function leave(mark: Mark, logFile: string): Promise<void> {
  if (!existsSync(logFile)) return mark.remove();
  const written = await readWritten(logFile).catch(() => undefined);
  if (written?.index.size === 0) mark.remove();
  else mark.leave();
}
