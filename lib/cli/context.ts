/** A command's way to the host: the same service code, in this process. */

import { resolve } from "node:path";
import { BackupError, toBackupError } from "../../conat-api/index.js";
import { defaultDataDir, readConfig } from "../config.js";
import { type Logger, silentLogger } from "../host.js";
import { type ProjectBackups, startProjectBackups } from "../index.js";
import { createStandaloneHost } from "../standalone/host.js";
import { exitCodeOf } from "./exit-codes.js";
import { createOutput, type Output } from "./output.js";
import { type JobName, localService, type Service } from "./service.js";
import { endBySignal } from "./signals.js";

export interface GlobalOptions {
  dataDir?: string;
  url?: string;
  tokenFile?: string;
  json?: boolean;
  verbose?: boolean;
}

export interface Context {
  service: Service;
  output: Output;
  /** What the command has asked for and waits for: a signal cancels it. */
  asked?: JobName;
}

/** For commands that need the host itself, and not only who asks it. */
export interface HostContext extends Context {
  backups: ProjectBackups;
}

/** @throws BackupError INVALID_ARGUMENT when no directory is named. */
export function requireDataDir({ dataDir, url }: GlobalOptions): string {
  if (url !== undefined) {
    throw new BackupError(
      "INVALID_ARGUMENT",
      "This command works on a data directory, not over --url.",
      { hint: "Run it on the host." },
    );
  }
  const named = dataDir ?? defaultDataDir();
  if (named) return resolve(named);
  throw new BackupError("INVALID_ARGUMENT", "No data directory is named.", {
    hint: "Use --data-dir DIR or PROJECT_BACKUPS_DATA_DIR.",
  });
}

/**
 * Opens the host, or reaches the one at `--url`, runs the command, closes;
 * errors become exit codes.
 */
export async function withService(
  options: GlobalOptions,
  run: (context: Context) => Promise<number>,
): Promise<void> {
  const { url, tokenFile } = options;
  if (url === undefined) return withHost(options, run);
  await guarded(options, async (output) => {
    // Here and not above: commands on a data directory need no socket.
    const { remoteService } = await import("./remote.js");
    const service = await remoteService({ url, tokenFile });
    return closing({ service, output }, options, run);
  });
}

/** The same on the data directory only. */
export async function withHost(
  options: GlobalOptions,
  run: (context: HostContext) => Promise<number>,
): Promise<void> {
  await guarded(options, async (output) => {
    const dataDir = requireDataDir(options);
    const config = readConfig(dataDir);
    const logger = loggerOf(options);
    const host = createStandaloneHost({ dataDir, config, logger });
    const backups = await startProjectBackups(host, config, { work: false });
    const service = localService(backups);
    return closing({ service, backups, output }, options, run);
  });
}

async function closing<C extends Context>(
  context: C,
  { json = false }: GlobalOptions,
  run: (context: C) => Promise<number>,
): Promise<number> {
  const signals = endBySignal(context, createOutput(json));
  try {
    return await run(context);
  } finally {
    signals.ignore();
    await context.service.close();
  }
}

/** The same without a host, for commands that come before there is one. */
export async function guarded(
  { json = false, verbose = false }: GlobalOptions,
  run: (output: Output) => Promise<number> | number,
): Promise<void> {
  const output = createOutput(json);
  try {
    process.exitCode = await run(output);
  } catch (error) {
    const failure = toBackupError(error);
    output.fail(failure);
    if (verbose) stderrLogger.error(failure.details ?? String(failure.stack));
    process.exitCode = exitCodeOf(failure.code);
  }
}

const write = (level: string) => (message: string, fields?: object) => {
  const extra = fields ? ` ${JSON.stringify(fields)}` : "";
  process.stderr.write(`[${level}] ${message}${extra}\n`);
};

export function loggerOf({ verbose = false }: GlobalOptions): Logger {
  return verbose ? stderrLogger : silentLogger;
}

const stderrLogger: Logger = {
  debug: write("debug"),
  info: write("info"),
  warn: write("warn"),
  error: write("error"),
};
