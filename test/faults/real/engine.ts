/**
 * The host that is killed: an engine over a directory of projects, in a
 * process of its own. Each line of stdin is `{id, method, input}` and is
 * answered by `{id, result}` or `{id, error}`; at its end the engine closes.
 */

import { appendFileSync } from "node:fs";
import files from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Input, MethodName } from "../../../conat-api/index.js";
import { parseConfig } from "../../../lib/config.js";
import type { Logger, ProjectHost } from "../../../lib/host.js";
import { startProjectBackups } from "../../../lib/index.js";
import { createStandaloneHost } from "../../../lib/standalone/host.js";

export interface EngineCall {
  id: number;
  method: MethodName;
  input: Input<MethodName>;
}

/** `<dataDir> <config file as JSON> <log file>` */
export async function serveEngine(args: readonly string[]): Promise<void> {
  const [dataDir = "", file = "{}", log = ""] = args;
  slowDownRenames();
  const config = parseConfig(JSON.parse(file));
  const host = createStandaloneHost({ dataDir, config, logger: into(log) });
  const backups = await startProjectBackups(slowToStop(host), config);
  say({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, method, input } = JSON.parse(line) as EngineCall;
    backups.handlers(method, { type: "local" }, input).then(
      (result) => say({ id, result }),
      (error: unknown) => say({ id, error: String(error) }),
    );
  }
  await backups.close({ drainMs: 60_000 });
}

/** A project takes a moment to stop and to start: a swap can be hit. */
function slowToStop(host: ProjectHost): ProjectHost {
  return {
    ...host,
    projects: {
      ...host.projects,
      async withStopped(_project_id, action) {
        await sleep(30);
        const result = await action();
        await sleep(30);
        return result;
      },
    },
  };
}

/** A disk that takes its time: a swap can be hit between its renames. */
function slowDownRenames(): void {
  const { rename } = files;
  files.rename = async (from, to) => {
    await sleep(10);
    await rename(from, to);
    await sleep(10);
  };
}

function into(log: string): Logger {
  const write = (level: string) => (message: string, fields?: object) =>
    appendFileSync(
      log,
      `${Date.now()} ${process.pid} ${level} ${message} ${JSON.stringify(fields ?? {})}\n`,
    );
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
