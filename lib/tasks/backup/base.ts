/** Has anything changed since the project's base? */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { compareSnapshots } from "../../source/changes/compare.js";
import { excluding } from "../../source/excludes.js";
import type { BaseRow } from "../../store/index.js";
import { dayMs } from "../expired.js";
import type { TaskRun, Tools } from "../task.js";
import type { Staged } from "./index.js";
import { samePersist } from "./persist.js";

export interface Base {
  row: BaseRow;
  walked_at: number;
}

/** undefined: only rustic can tell. */
export function findBase(
  project_id: string,
  excludes: readonly string[],
  { store, config, repositories, host }: Tools,
): Base | undefined {
  const repository_id = repositories.knownId();
  if (!config.bases.enabled || repository_id === undefined) return undefined;
  const now = host.clock.now();
  const walked_after = now - config.schedule.walk_days * dayMs;
  const query = { project_id, repository_id, walked_after };
  const [row] = store.bases.usable(query);
  // One of the future is of a clock that was wrong: nobody knows its age.
  if (!row || row.walked_at > now) return undefined;
  if (row.excludes !== digestOf(excludes)) return undefined;
  return { row, walked_at: row.walked_at };
}

/** Of what stays out of the backup. */
export function digestOf(excludes: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(excludes)).digest("hex");
}

/** In doubt something has: then rustic tells. */
export async function isUnchanged(
  { stage, persist, excludes }: Staged,
  { row }: Base,
  run: TaskRun,
  { btrfs, config, host }: Tools,
): Promise<boolean> {
  if (stage.kind !== "btrfs") return false;
  run.note({ phase: "comparing" });
  const { signal, onGroup } = run;
  const idleTimeoutMs = config.limits.idle_timeout_seconds * 1000;
  const watch = { signal, onGroup, idleTimeoutMs };
  try {
    const { changes } = await compareSnapshots({
      base: join(row.path, "project"),
      snapshot: join(stage.directory, "project"),
      isExcluded: excluding(excludes),
      ...{ btrfs, watch, limit: 1 },
    });
    if (changes > 0) return false;
    return await samePersist(persist, row, stage, { btrfs, watch });
  } catch (error) {
    signal.throwIfAborted();
    const facts = { project_id: row.project_id, error: String(error) };
    host.logger.warn("a base could not be compared with", facts);
    return false;
  }
}
