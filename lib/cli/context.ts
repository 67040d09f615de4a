/** A command's way to the host: the same service code, in this process. */

import { resolve } from "node:path";
import { BackupError, type Job, toBackupError } from "../../conat-api/index.js";
import { defaultDataDir, readConfig } from "../config.js";
import { type Logger, silentLogger } from "../host.js";
import { type ProjectBackups, startProjectBackups } from "../index.js";
import { createStandaloneHost } from "../standalone/host.js";
import { exitCodeOf } from "./exit-codes.js";
import { createOutput, type Output } from "./output.js";
import { endBySignal } from "./signals.js";

export interface GlobalOptions {
  dataDir?: string;
  json?: boolean;
  verbose?: boolean;
}

export interface Context {
  backups: ProjectBackups;
  output: Output;
  /** What the command has asked for and waits for: a signal cancels it. */
  asked?: Pick<Job, "project_id" | "job_id">;
}

/** What a command says with its exit code. */
export type Run = (context: Context) => Promise<number>;

/** @throws BackupError INVALID_ARGUMENT when no directory is named. */
export function requireDataDir({ dataDir }: GlobalOptions): string {
  const named = dataDir ?? defaultDataDir();
  if (named) return resolve(named);
  throw new BackupError("INVALID_ARGUMENT", "No data directory is named.", {
    hint: "Use --data-dir DIR or PROJECT_BACKUPS_DATA_DIR.",
  });
}

/** Opens the host, runs the command, closes; errors become exit codes. */
export async function withHost(
  options: GlobalOptions,
  run: Run,
): Promise<void> {
  await guarded(options, async (output) => {
    const dataDir = requireDataDir(options);
    const config = readConfig(dataDir);
    const logger = options.verbose ? stderrLogger : silentLogger;
    const host = createStandaloneHost({ dataDir, config, logger });
    const backups = await startProjectBackups(host, config, { work: false });
    const context: Context = { backups, output };
    const signals = endBySignal(context, createOutput(options.json ?? false));
    try {
      return await run(context);
    } finally {
      signals.ignore();
      await backups.close();
    }
  });
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

const stderrLogger: Logger = {
  debug: write("debug"),
  info: write("info"),
  warn: write("warn"),
  error: write("error"),
};
