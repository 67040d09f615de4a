/** To the disk itself: what a power cut must not take back. */

import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { BackupError } from "../../../conat-api/index.js";
import { run } from "../../exec.js";
import { identifyProcess } from "../../process-identity.js";
import type { TaskRun, Tools } from "../task.js";

/**
 * All that was written on the file system of `path`.
 *
 * @throws BackupError FILESYSTEM_FAILED: the disk did not take it.
 */
export async function syncFileSystem(
  path: string,
  { signal, onGroup }: Pick<TaskRun, "signal" | "onGroup">,
  { config }: Pick<Tools, "config">,
): Promise<void> {
  const command = { file: "sync", args: ["-f", path], env: config.environment };
  const { exitCode, stderr } = await run(command, {
    signal,
    onSpawn: (pgid) => onGroup(identifyProcess(pgid)),
  }).finally(() => onGroup(null));
  if (exitCode === 0) return;
  throw new BackupError(
    "FILESYSTEM_FAILED",
    "What was restored could not be written to the disk.",
    { hint: "The host's log has the reason.", details: stderr },
  );
}

/** The names of these paths: each directory that holds one, once. */
export async function syncNames(paths: readonly string[]): Promise<void> {
  for (const directory of new Set(paths.map((path) => dirname(path)))) {
    const handle = await open(directory, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}
