/** A command of a stage: cancelled with its job, and named in its row. */

import { type Command, run, type RunOptions, type RunResult } from "../exec.js";
import { identifyProcess, type ProcessIdentity } from "../process-identity.js";

export interface Watch {
  signal?: AbortSignal | undefined;
  /** The process group that runs, null when it has ended. */
  onGroup?: ((group: ProcessIdentity | null) => void) | undefined;
  /** STALLED after this long without any sign of life. */
  idleTimeoutMs?: number | undefined;
}

/** @throws BackupError as `run` does: CANCELLED, STALLED, COMMAND_MISSING. */
export function runWatched(
  command: Command,
  { signal, onGroup, idleTimeoutMs }: Watch,
  onStdout?: RunOptions["onStdout"],
): Promise<RunResult> {
  return run(command, {
    ...(signal ? { signal } : {}),
    ...(onStdout ? { onStdout } : {}),
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
    onSpawn: (pgid) => onGroup?.(identifyProcess(pgid)),
  }).finally(() => onGroup?.(null));
}

/** What a command needs besides its own line. */
export interface CommandSettings extends Watch {
  privileged: readonly string[];
  environment: Readonly<Record<string, string>>;
}

/** With root's help where the host lends it. */
export function runPrivileged(
  line: readonly string[],
  { privileged, environment, ...watch }: CommandSettings,
  onStdout?: RunOptions["onStdout"],
): Promise<RunResult> {
  const [file = "", ...args] = [...privileged, ...line];
  const command = { file, args, env: environment, privileged };
  return runWatched(command, watch, onStdout);
}
