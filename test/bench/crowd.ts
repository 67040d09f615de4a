/** A repository of many backups, made in a few runs of rustic. */

import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isTerminal } from "../../conat-api/index.js";
import { setTimeout as sleep } from "node:timers/promises";
import { openBareRustic } from "./bare-rustic.js";
import type { BenchHost } from "./bench-host.js";

/**
 * Backups of as many projects, in so many runs of rustic: each run writes an
 * index file.
 */
export async function addBackups(
  host: BenchHost,
  count: number,
  { indexFiles }: { indexFiles: number },
): Promise<void> {
  const bare = await openBareRustic(host);
  const trees = join(host.dataDir, "crowd");
  const perRun = Math.ceil(count / indexFiles);
  for (let made = 0; made < count; made += perRun) {
    const names = Array.from({ length: Math.min(perRun, count - made) }, () =>
      randomUUID(),
    );
    for (const name of names) {
      mkdirSync(join(trees, name, "project"), { recursive: true });
      writeFileSync(join(trees, name, "project", "file"), name);
    }
    for (const name of names) {
      await bare.backUp(join(trees, name), { project_id: name });
    }
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
