/** A repository of many backups. */

import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isTerminal } from "../../conat-api/index.js";
import { openBareRustic } from "./bare-rustic.js";
import type { BenchHost } from "./bench-host.js";

/**
 * Backups of as many projects, of one small file each; `perRun` of them by one
 * rustic, which writes an index file each time it runs.
 */
export async function addBackups(
  host: BenchHost,
  count: number,
  { perRun }: { perRun: number },
): Promise<void> {
  const bare = await openBareRustic(host);
  const trees = join(host.dataDir, "crowd");
  for (let made = 0; made < count; made += perRun) {
    const length = Math.min(perRun, count - made);
    const projects = Array.from({ length }, () => randomUUID());
    const sources = projects.map((project_id) => {
      const directory = join(trees, project_id);
      mkdirSync(join(directory, "project"), { recursive: true });
      writeFileSync(join(directory, "project", "file"), project_id);
      return { project_id, directory };
    });
    await bare.backUpAll(sources);
    rmSync(trees, { recursive: true });
  }
}

/** A prune by a job of the host's own. */
export async function maintain({ backups }: BenchHost): Promise<void> {
  const { store, repositories, host } = backups.tools;
  const { row } = store.jobs.askRepository({
    repository_id: String(repositories.knownId()),
    ...{ kind: "prune", trigger: "hub", requested_by: "hub" },
    now: host.clock.now(),
  });
  for (;;) {
    const now = store.jobs.get(row.job_id);
    if (now && isTerminal(now.state)) {
      if (now.state === "succeeded") return;
      throw new Error(String(now.error_message));
    }
    await sleep(100);
  }
}
