/**
 * A whole engine over a directory of projects: `<dataDir> <config file as
 * JSON>`. Each line of stdin is `{id, method, input}` and is answered by
 * `{id, result}` or `{id, error}`; at its end the engine closes.
 */

import { createInterface } from "node:readline";
import type { Input, MethodName } from "../../../conat-api/index.js";
import { parseConfig } from "../../../lib/config.js";
import { silentLogger } from "../../../lib/host.js";
import { startProjectBackups } from "../../../lib/index.js";
import { createStandaloneHost } from "../../../lib/standalone/host.js";
import { say } from "./say.js";

interface Call {
  id: number;
  method: MethodName;
  input: Input<MethodName>;
}

void serve();

async function serve(): Promise<void> {
  const [dataDir = "", file = "{}"] = process.argv.slice(2);
  const config = parseConfig(JSON.parse(file));
  const host = createStandaloneHost({ dataDir, config, logger: silentLogger });
  const backups = await startProjectBackups(host, config);
  say("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, method, input } = JSON.parse(line) as Call;
    backups.handlers(method, { type: "local" }, input).then(
      (result) => say(JSON.stringify({ id, result })),
      (error: unknown) => say(JSON.stringify({ id, error: String(error) })),
    );
  }
  await backups.close();
}
