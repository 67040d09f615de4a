/** Opens a repository in a process of its own; prints what it got. */

import { withFileLock } from "../../lib/store/index.js";
import { type Opening, openRepository } from "../../lib/repository/open.js";
import { locate } from "../../lib/repository/location.js";
import { createRustic } from "../../lib/repository/rustic.js";
import { findTether } from "../../lib/repository/tether.js";
import { parseConfig } from "../../lib/config.js";

export interface ChildInput {
  repository: object;
  keysDir: string;
  dataDir: string;
  binary: string;
}

async function main(input: ChildInput): Promise<void> {
  process.umask(0);
  const { keysDir, dataDir, binary, repository } = input;
  const { repository: config, environment } = parseConfig({ repository });
  const opening: Opening = {
    config,
    keysDir,
    withLock: withFileLock,
    location: locate(config),
    rustic: createRustic({
      binary: () => Promise.resolve(binary),
      tether: () => findTether(environment),
      runDir: `${dataDir}/run`,
      cacheDir: `${dataDir}/cache`,
      environment,
      privileged: [],
      nice: 0,
      ioClass: "best-effort",
      idleTimeoutMs: 60_000,
    }),
  };
  process.stdout.write(JSON.stringify(await openRepository(opening)));
}

void main(JSON.parse(process.argv[2] ?? "{}") as ChildInput);
