/** Running a command: the one importer of execa. */

import { execa } from "execa";
import { BackupError } from "../conat-api/index.js";
import { createLineReader, type LineReader } from "./line-reader.js";
import { groupActivity, killGroup } from "./process-group.js";

export interface Command {
  file: string;
  args: readonly string[];
  cwd?: string;
  /** The whole environment: nothing is inherited. */
  env?: Readonly<Record<string, string>>;
  /** Written to stdin; without it stdin is empty. */
  input?: string;
}

export interface RunOptions {
  /** Aborting kills the whole process group at once. */
  signal?: AbortSignal;
  /**
   * STALLED after this long without output and without any movement of the
   * process group's CPU and I/O counters.
   */
  idleTimeoutMs?: number;
  onLine?: (line: string, stream: "stdout" | "stderr") => void;
  /** The pid of the process group, as soon as it exists. */
  onSpawn?: (pgid: number) => void;
}

export interface RunResult {
  /** null when a signal ended it. */
  exitCode: number | null;
  stdout: string;
  /** The last 64 KiB. */
  stderr: string;
}

const stdoutLimit = 256 * 1024 * 1024;
const stderrLimit = 64 * 1024;

/**
 * Runs a command as the leader of its own process group and resolves however
 * it exits.
 *
 * @throws BackupError COMMAND_MISSING, CANCELLED (the signal) or STALLED; the
 * group is dead by then.
 */
export async function run(
  command: Command,
  options: RunOptions = {},
): Promise<RunResult> {
  options.signal?.throwIfAborted();
  const child = spawn(command);
  const output = readOutput(child, options.onLine);
  if (child.pid !== undefined) options.onSpawn?.(child.pid);
  const stop = watch(child.pid, output, options);
  try {
    const result = await child;
    const ended = stop();
    if (ended) throw ended;
    if (result.exitCode === undefined && result.signal === undefined) {
      throw startFailure(command, result);
    }
    return { exitCode: result.exitCode ?? null, ...output.texts() };
  } finally {
    stop();
  }
}

function spawn({ file, args, cwd, env, input = "" }: Command) {
  return execa(file, [...args], {
    cwd: cwd ?? "/",
    input,
    env: env ?? {},
    extendEnv: env === undefined,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    encoding: "buffer",
  });
}

function readOutput(
  child: ReturnType<typeof spawn>,
  onLine: RunOptions["onLine"],
) {
  let moved = Date.now();
  const reader = (stream: "stdout" | "stderr", limit: number): LineReader => {
    const lines = createLineReader(limit, (line) => onLine?.(line, stream));
    child[stream]?.on("data", (chunk: Buffer) => {
      moved = Date.now();
      lines.push(chunk);
    });
    return lines;
  };
  const stdout = reader("stdout", stdoutLimit);
  const stderr = reader("stderr", stderrLimit);
  return {
    lastMovedAt: () => moved,
    texts: () => ({ stdout: stdout.end(), stderr: stderr.end() }),
  };
}

/** Ends the group on abort or stall; the returned function says why. */
function watch(
  pgid: number | undefined,
  output: { lastMovedAt(): number },
  { signal, idleTimeoutMs }: RunOptions,
): () => BackupError | undefined {
  let ended: BackupError | undefined;
  const end = (reason: BackupError) => {
    ended ??= reason;
    if (pgid !== undefined) killGroup(pgid);
  };
  const onAbort = () => end(abortError(signal));
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer =
    idleTimeoutMs === undefined || pgid === undefined
      ? undefined
      : watchIdle(pgid, idleTimeoutMs, output, () =>
          end(stalled(idleTimeoutMs)),
        );
  return () => {
    signal?.removeEventListener("abort", onAbort);
    clearInterval(timer);
    return ended;
  };
}

function watchIdle(
  pgid: number,
  idleTimeoutMs: number,
  output: { lastMovedAt(): number },
  onStall: () => void,
): NodeJS.Timeout {
  let activity = -1;
  let since = Date.now();
  const period = Math.max(50, idleTimeoutMs / 5);
  return setInterval(() => {
    const seen = groupActivity(pgid);
    if (seen !== activity) {
      activity = seen;
      since = Date.now();
    }
    const idle = Date.now() - Math.max(since, output.lastMovedAt());
    // Timers that fire late (a suspended machine) prove nothing: ask again.
    if (idle >= idleTimeoutMs && idle < idleTimeoutMs + 2 * period) onStall();
    else if (idle >= idleTimeoutMs) since = Date.now();
  }, period);
}

function abortError(signal: AbortSignal | undefined): BackupError {
  const { reason } = signal ?? {};
  return reason instanceof BackupError
    ? reason
    : new BackupError("CANCELLED", "The job was cancelled.");
}

function stalled(idleTimeoutMs: number): BackupError {
  return new BackupError(
    "STALLED",
    `The command neither wrote, read nor computed for ${Math.round(idleTimeoutMs / 1000)} s and was ended.`,
    { hint: "It is tried again by itself." },
  );
}

function startFailure(
  { file }: Command,
  result: {
    code?: string | undefined;
    cause?: unknown;
    originalMessage?: string | undefined;
  },
): BackupError {
  const missing = result.code === "ENOENT" || result.code === "EACCES";
  return new BackupError(
    missing ? "COMMAND_MISSING" : "COMMAND_FAILED",
    missing
      ? `The program ${file} is not there or may not be run.`
      : `The program ${file} could not be started.`,
    {
      hint: "Install it, or name its path in the configuration.",
      cause: result.cause,
      details: result.originalMessage,
    },
  );
}
