/** Running a command: the one importer of execa. */

import { stat } from "node:fs/promises";
import { execa } from "execa";
import { BackupError } from "../conat-api/index.js";
import { abortError } from "./aborted.js";
import { createLineReader, type LineReader } from "./line-reader.js";
import { groupActivity, groupEnds, killGroup } from "./process-group.js";

export interface Command {
  file: string;
  args: readonly string[];
  cwd?: string;
  /** The whole environment: nothing is inherited. */
  env?: Readonly<Record<string, string>>;
  /** Written to stdin; without it stdin is empty. */
  input?: string;
  /**
   * What already stands at the front of the command line, where it makes the
   * command another user's: only with it can the group be killed.
   */
  privileged?: readonly string[];
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
  /** Raw stdout as it comes: then it is neither read as lines nor kept. */
  onStdout?: (chunk: Buffer) => void;
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

// Twice this is kept at most, and a string ends at 512 Mi characters.
const stdoutLimit = 64 * 1024 * 1024;
const stderrLimit = 64 * 1024;

/**
 * Runs a command as the leader of its own process group and resolves however
 * it exits.
 *
 * @throws BackupError COMMAND_MISSING, FILESYSTEM_FAILED (no such cwd),
 * CANCELLED or the signal's own BackupError, STALLED; or what a callback
 * threw. The command has ended by then.
 */
export async function run(
  command: Command,
  options: RunOptions = {},
): Promise<RunResult> {
  const { signal, onSpawn, idleTimeoutMs } = options;
  if (signal?.aborted) throw abortError(signal);
  const child = spawn(command);
  const { pid } = child;
  const ending = createEnding(child, command);
  const output = readOutput(child, options, ending);
  const onAbort = () => ending.end(abortError(signal));
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer =
    idleTimeoutMs === undefined || pid === undefined
      ? undefined
      : watchIdle(pid, idleTimeoutMs, output, ending);
  try {
    if (pid !== undefined) ending.guard(() => onSpawn?.(pid));
    const result = await child;
    await ending.throwIfEnded();
    if (result.exitCode === undefined && result.signal === undefined) {
      throw await startFailure(command, result);
    }
    return { exitCode: result.exitCode ?? null, ...output.texts() };
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/**
 * SIGKILL for a process group, with the help of `privileged` where it runs
 * as another user.
 */
export async function endGroup(
  pgid: number,
  { privileged = [], env = {} }: Pick<Command, "privileged" | "env">,
): Promise<void> {
  if (killGroup(pgid)) return;
  const kill = ["sh", "-c", 'kill -s KILL -- "-$1"', "sh", String(pgid)];
  const [file = "sh", ...args] = [...privileged, ...kill];
  await run({ file, args, env });
}

function spawn({ file, args, cwd, env, input = "" }: Command) {
  return execa(file, [...args], {
    cwd: cwd ?? "/",
    input,
    env: env ?? {},
    extendEnv: false,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    encoding: "buffer",
  });
}

type Child = ReturnType<typeof spawn>;

interface Ending {
  /** Kills the group; the first reason is the one that is thrown. */
  end(reason: unknown): void;
  /** A callback that throws ends the run: nobody else could hear of it. */
  guard(callback: () => void): void;
  /**
   * Once all of the group is gone: members may outlive its leader, and wait
   * for a slow disk.
   */
  throwIfEnded(): Promise<void>;
}

function createEnding(child: Child, command: Command): Ending {
  let ended: { reason: unknown } | undefined;
  const end = (reason: unknown) => {
    ended ??= { reason };
    if (child.pid === undefined) return;
    // Where even root's help fails, the run lasts until the command ends.
    endGroup(child.pid, command).catch(() => {});
    // Something that left the group could hold them open for ever.
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  return {
    end,
    guard(callback) {
      try {
        callback();
      } catch (error) {
        end(error);
      }
    },
    async throwIfEnded() {
      if (!ended) return;
      if (child.pid !== undefined) await groupEnds(child.pid);
      throw ended.reason;
    },
  };
}

interface Output {
  /** Bytes so far, of both streams. */
  length(): number;
  texts(): { stdout: string; stderr: string };
}

function readOutput(
  child: Child,
  { onLine, onStdout }: RunOptions,
  { guard }: Ending,
): Output {
  let length = 0;
  const reader = (stream: "stdout" | "stderr", limit: number): LineReader => {
    const lines = createLineReader(limit, (line) => onLine?.(line, stream));
    const raw = stream === "stdout" ? onStdout : undefined;
    child[stream]?.on("data", (chunk: Buffer) => {
      length += chunk.length;
      guard(() => (raw ? raw(chunk) : lines.push(chunk)));
    });
    return lines;
  };
  const stdout = reader("stdout", stdoutLimit);
  const stderr = reader("stderr", stderrLimit);
  return {
    length: () => length,
    texts: () => ({ stdout: stdout.end(), stderr: stderr.end() }),
  };
}

const looksATimeout = 5;

/**
 * Counts looks instead of asking a clock: clocks jump, and after a suspended
 * machine woke up, a timer has fired once, however long it slept.
 */
function watchIdle(
  pgid: number,
  idleTimeoutMs: number,
  output: Output,
  { end }: Ending,
): NodeJS.Timeout {
  let seen = "";
  let still = 0;
  return setInterval(() => {
    const now = `${groupActivity(pgid)} ${output.length()}`;
    still = now === seen ? still + 1 : 0;
    seen = now;
    if (still >= looksATimeout) end(stalled(idleTimeoutMs));
  }, idleTimeoutMs / looksATimeout);
}

function stalled(idleTimeoutMs: number): BackupError {
  return new BackupError(
    "STALLED",
    `The command neither wrote, read nor computed for ${Math.round(idleTimeoutMs / 1000)} s and was ended.`,
    { hint: "Start the job again." },
  );
}

async function startFailure(
  { file, cwd }: Command,
  result: {
    code?: string | undefined;
    cause?: unknown;
    originalMessage?: string | undefined;
  },
): Promise<BackupError> {
  const facts = { cause: result.cause, details: result.originalMessage };
  // The kernel says ENOENT for a missing directory too.
  if (cwd !== undefined && !(await isDirectory(cwd))) {
    return new BackupError(
      "FILESYSTEM_FAILED",
      `The directory ${cwd} that a command should run in is not there.`,
      { hint: "Start the job again.", ...facts },
    );
  }
  const missing = result.code === "ENOENT" || result.code === "EACCES";
  return new BackupError(
    missing ? "COMMAND_MISSING" : "COMMAND_FAILED",
    missing
      ? `The program ${file} is not there or may not be run.`
      : `The program ${file} could not be started.`,
    { hint: "Install it, or name its path in the configuration.", ...facts },
  );
}

async function isDirectory(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isDirectory() ?? false;
}
