/** The one runner: a command is data, here it is spawned and judged. */

import type { BackupError } from "../../conat-api/index.js";
import { type Command, run, type RunResult } from "../exec.js";
import type { ProcessIdentity } from "../process-identity.js";
import { identifyProcess } from "../process-identity.js";
import { confirmMissing } from "./existence.js";
import { classifyFailure, unproven } from "./failure.js";
import { raceAgain } from "./race.js";
import { createLogReader, type LogRecord } from "./log.js";
import { type Credential, withProfile } from "./profile.js";
import type { Location } from "./location.js";
import { splitVariables } from "./variables.js";

export interface RusticOutput extends Partial<RunResult> {
  stdout: string;
  records: readonly LogRecord[];
}

export interface RusticCommand<T> {
  /** Completes "Could not ..." in an error. */
  action: string;
  args: readonly string[];
  cwd?: string;
  /** undefined: the output does not prove success. */
  parse(output: RusticOutput): T | undefined;
  /** Words on stderr that make a failing exit code an answer as well. */
  answers?: RegExp;
  /**
   * May it run again where what it was to read vanished (see failure.ts)?
   * Without it: yes.
   */
  repeatable?(): Promise<boolean>;
  onLine?(line: string): void;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** The process group that runs, null when it has ended. */
  onGroup?: ((group: ProcessIdentity | null) => void) | undefined;
  /** Puts the command into a namespace of its own (a live stage). */
  wrap?: ((command: Command) => Command) | undefined;
}

export interface RusticSettings {
  /** Resolves the binary when it is first needed. */
  binary: () => Promise<string>;
  /** What ends rustic when this process dies (see tether.ts). */
  tether: () => Promise<readonly string[]>;
  runDir: string;
  cacheDir: string;
  environment: Readonly<Record<string, string>>;
  privileged: readonly string[];
  nice: number;
  ioClass: "best-effort" | "idle";
  idleTimeoutMs: number;
  /** The host closes: every command ends. */
  closing?: AbortSignal;
}

export type Rustic = ReturnType<typeof createRustic>;

export function createRustic(given: RusticSettings) {
  const { plain, secret: variables } = splitVariables(given.environment);
  const settings = { ...given, environment: plain, variables };
  return {
    runDir: given.runDir,
    cacheDir: given.cacheDir,
    /**
     * @throws BackupError: as classified from rustic's words, or
     * COMMAND_FAILED when it exits 0 without proof of success, or as
     * LostRace.
     */
    call: <T>(
      location: Location,
      credential: Credential,
      command: RusticCommand<T>,
      options: CallOptions = {},
    ): Promise<T> =>
      withProfile({ ...settings, location, credential }, (profile) => {
        const place = { location, credential, profile };
        const attempt = () => runOnce(settings, place, command, options);
        return raceAgain(attempt, command, options.signal);
      }).catch((error: BackupError) => {
        if (error.code !== "REPOSITORY_MISSING") throw error;
        const { signal } = eitherSignal(options.signal, settings.closing);
        return confirmMissing(location, error, signal);
      }),
  };
}

interface Settings extends RusticSettings {
  /** Those that no command line shows. */
  variables: Readonly<Record<string, string>>;
}

interface Place {
  location: Location;
  credential: Credential;
  profile: string;
}

async function runOnce<T>(
  settings: Settings,
  { location, credential, profile }: Place,
  command: RusticCommand<T>,
  { signal, onGroup, wrap = (inner) => inner }: CallOptions,
): Promise<T> {
  const log = createLogReader();
  const redact = redactor(settings, location, credential);
  const [binary, tether] = await Promise.all([
    settings.binary(),
    settings.tether(),
  ]);
  const line = commandLine(settings, location, profile, command);
  const rustic = before(tether, { ...line, file: binary });
  const result = await run(prefixed(settings, wrap(rustic)), {
    idleTimeoutMs: settings.idleTimeoutMs,
    ...eitherSignal(signal, settings.closing),
    onSpawn: (pgid) => onGroup?.(identifyProcess(pgid)),
    onLine: (text, stream) =>
      stream === "stderr" ? log.take(redact(text)) : command.onLine?.(text),
  }).finally(() => onGroup?.(null));
  const { stderr } = result;
  return judge(command, { ...result, stderr: redact(stderr) }, log.records);
}

/** A command behind what stands at the front of its line. */
function before(
  front: readonly string[],
  { file, args, ...rest }: Command,
): Command {
  const [first = file, ...others] = [...front, file, ...args];
  return { ...rest, file: first, args: others };
}

function eitherSignal(...signals: (AbortSignal | undefined)[]): {
  signal?: AbortSignal;
} {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 0 ? { signal: AbortSignal.any(given) } : {};
}

/** Success needs exit 0, no listing error and what `parse` asks for. */
function judge<T>(
  { action, args, parse, answers }: RusticCommand<T>,
  { exitCode, stdout, stderr }: RunResult,
  records: readonly LogRecord[],
): T {
  // A list that was denied prints `[]` and exits 0.
  const listing = records.some(
    ({ level, text }) => level === "ERROR" && text.startsWith("error listing"),
  );
  const answered = exitCode === 0 || (exitCode === 1 && answers?.test(stderr));
  if (!answered || listing) {
    throw classifyFailure({ exitCode, stderr, action, args });
  }
  const value = /^\[INFO\] Ctrl-C received/m.test(stderr)
    ? undefined
    : parse({ exitCode, stdout, stderr, records });
  if (value === undefined) throw unproven(action, stderr);
  return value;
}

function commandLine(
  { environment }: RusticSettings,
  location: Location,
  profile: string,
  command: RusticCommand<unknown>,
): Omit<Command, "file"> {
  return {
    args: ["-P", profile, ...command.args],
    cwd: command.cwd ?? "/",
    env: {
      ...environment,
      NO_COLOR: "1",
      RUST_BACKTRACE: "0",
      // Index files of a cold cache are fetched in parallel: 13.7 s -> 2.1 s
      // at 800 of them; no gain on local disks.
      ...(location.remote ? { RAYON_NUM_THREADS: "16" } : {}),
    },
  };
}

/**
 * Polite to the projects beside it; with root where the host lends it. The
 * kernel derives a best-effort I/O priority from the nice value, so only the
 * idle class needs a program more.
 */
function prefixed(
  { nice, ioClass, privileged }: RusticSettings,
  command: Command,
): Command {
  const front = [
    ...privileged,
    // sudo drops the environment.
    ...(privileged.length > 0 ? ["env", ...assignments(command.env)] : []),
    ...(ioClass === "idle" ? ["ionice", "-c", "3"] : []),
    ...(nice > 0 ? ["nice", "-n", String(nice)] : []),
  ];
  return { ...before(front, command), privileged };
}

function assignments(env: Command["env"] = {}): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

function redactor(
  { variables }: Settings,
  { secrets }: Location,
  credential: Credential,
): (text: string) => string {
  const all = [...secrets, ...Object.values(variables)];
  if ("password" in credential) all.push(credential.password);
  // One may hold another.
  const hidden = all.filter(Boolean).toSorted((a, b) => b.length - a.length);
  return (text) =>
    hidden.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
}
