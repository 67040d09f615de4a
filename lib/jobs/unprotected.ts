/**
 * How much of a project is not yet protected, counted for whoever looks at
 * its status: later, and at most once a minute a project.
 */

import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { compareSnapshots } from "../source/changes/compare.js";
import { excluding } from "../source/excludes.js";
import { sourceKind } from "../source/filesystem.js";
import { removeTree } from "../source/remove.js";
import type { CountedBase } from "../store/index.js";
import { policyOf } from "../tasks/policy.js";
import type { Tools } from "../tasks/task.js";
import { stageDirectory } from "../work-directory.js";

export interface Counter {
  /** Counts, unless it was done lately; what it finds is in the base's row. */
  ask(project_id: string): void;
  close(): Promise<void>;
}

const everyMs = 60_000;
const enough = { records: 10_000, ms: 1_000 };

export function createCounter(tools: Tools): Counter {
  const { store, host } = tools;
  const closing = new AbortController();
  let counting: Promise<void> | undefined;
  return {
    ask(project_id) {
      const base = store.bases.get(project_id);
      if (!base || counting || closing.signal.aborted) return;
      const { counted_at } = base;
      const now = host.clock.now();
      if (counted_at !== null && Math.abs(now - counted_at) < everyMs) return;
      counting = count(base, tools, closing.signal)
        .catch((error: unknown) => {
          const facts = { project_id, error: String(error) };
          host.logger.debug("changes could not be counted", facts);
        })
        .finally(() => {
          counting = undefined;
        });
    },
    async close() {
      closing.abort();
      await counting;
    },
  };
}

/** Its stage is a job's by name: a sweep removes what we leave behind. */
async function count(
  base: CountedBase,
  { store, host, config, btrfs }: Tools,
  signal: AbortSignal,
): Promise<void> {
  const { project_id, path } = base;
  const paths = await host.projects.paths(project_id);
  if (!paths || (await sourceKind(paths.subvolume)) !== "btrfs") return;
  const { subvolume } = paths;
  const place = { job_id: randomUUID(), subvolume, kind: "btrfs" as const };
  const stage = stageDirectory(host, config, place);
  const snapshot = join(stage, "project");
  const idleTimeoutMs = config.limits.idle_timeout_seconds * 1000;
  const watch = { signal, idleTimeoutMs };
  try {
    await mkdir(dirname(snapshot), { recursive: true, mode: 0o700 });
    await btrfs.snapshotReadOnly(subvolume, snapshot, watch);
    const counted = await compareSnapshots({
      base: join(path, "project"),
      isExcluded: excluding(policyOf(project_id, { store, config }).excludes),
      ...{ snapshot, btrfs, watch, limit: enough },
    });
    store.bases.counted(base, counted, host.clock.now());
  } finally {
    await removeTree(stage, btrfs);
  }
}
