import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { execa } from "execa";

const packageRoot = join(__dirname, "..", "..");

export type CliResult = {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
  /** stdout, parsed; throws where it is not one JSON document. */
  json<T = Record<string, unknown>>(): T;
};

/** Compiles what the command line runs, unless it is up to date. */
export function buildCli(): void {
  const script = join(packageRoot, "scripts", "build.mjs");
  execFileSync(process.execPath, [script], { stdio: "pipe" });
}

/** The compiled command line; the promise is also its process. */
export function spawnCli(args: readonly string[], env = {}) {
  const main = join(packageRoot, "dist", "lib", "cli", "main.js");
  return execa(process.execPath, [main, ...args], {
    env: { PROJECT_BACKUPS_DATA_DIR: undefined, ...env },
    reject: false,
    stdin: "ignore",
  });
}

export async function runCli(
  args: readonly string[],
  env = {},
): Promise<CliResult> {
  const { exitCode, stdout, stderr } = await spawnCli(args, env);
  return {
    ...{ exitCode, stdout, stderr },
    json: <T>() => JSON.parse(stdout) as T,
  };
}
