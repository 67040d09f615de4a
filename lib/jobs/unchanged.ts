/**
 * The sweep: which projects have changed since their base. All are asked at
 * once, and those that have not are settled in one transaction, without a
 * claim, a stage, rustic or the repository.
 */

import { join } from "node:path";
import type { ProjectPaths } from "../host.js";
import type { Btrfs } from "../source/btrfs.js";
import { isUnwritten, readGenerations } from "../source/changes/generations.js";
import type { Watch } from "../source/watch.js";
import type { BaseRow } from "../store/index.js";
import { digestOf } from "../tasks/backup/base.js";
import {
  type Persist,
  persistBefore,
  persistState,
} from "../tasks/backup/persist.js";
import { dayMs } from "../tasks/expired.js";
import { policyOf } from "../tasks/policy.js";
import type { Tools } from "../tasks/task.js";

/** Well below what the scheduler takes for an outage of the host. */
const longestSilenceMs = 60_000;

/** A file system that does not answer is left to the jobs. */
export function sweepWatch({ config }: Tools, signal: AbortSignal): Watch {
  const idleTimeoutMs = config.limits.idle_timeout_seconds * 1000;
  return { signal, idleTimeoutMs: Math.min(idleTimeoutMs, longestSilenceMs) };
}

/** Returns the projects that it settled. */
export async function settleUnchanged(
  project_ids: readonly string[],
  tools: Tools,
  watch: Watch,
): Promise<Set<string>> {
  const { store, host, btrfs } = tools;
  const bases = usableBases(tools);
  // Before anything is looked at: what is written later may be in no answer.
  const fixed_at = host.clock.now();
  const asked = await lookUp(
    project_ids.flatMap((id) => bases.get(id) ?? []),
    tools,
    watch,
  );
  if (asked.length === 0) return new Set();
  const { equal } = await unwritten(asked, { btrfs, host, watch });
  const now = host.clock.now();
  const settled = store.jobs.settleUnchanged(equal, { now, fixed_at });
  return new Set(settled.map(({ project_id }) => project_id));
}

/**
 * A hint, for all projects and often: without a sync (of a write the kernel
 * may tell half a minute later), and without reading persist stores.
 */
export async function noticeChanges(
  since: number,
  tools: Tools,
  watch: Watch,
): Promise<void> {
  const { store, host } = tools;
  // Of all, however long ago they were taken.
  const bases = store.bases.all();
  const asBefore = new Set(bases.filter((base) => isAsBefore(base, tools)));
  const asked = (await subvolumesOf([...asBefore], tools)).map((one) => ({
    ...one,
    persist: undefined,
  }));
  const btrfs = { list: tools.btrfs.list, sync: () => Promise.resolve() };
  const { equal, unknown } = await unwritten(asked, { btrfs, host, watch });
  const others = new Set([...equal, ...unknown]);
  const changed = asked
    .map(({ base }) => base)
    .filter((base) => !others.has(base));
  // What was excluded is in no backup.
  const widened = bases.filter((base) => !asBefore.has(base));
  const noticed = [...changed, ...widened];
  store.projects.notice(
    noticed.map(({ project_id }) => ({ project_id, since })),
  );
}

function usableBases({
  store,
  config,
  host,
  repositories,
}: Tools): Map<string, BaseRow> {
  const repository_id = repositories.knownId();
  if (!config.bases.enabled || repository_id === undefined) return new Map();
  const now = host.clock.now();
  const walked_after = now - config.schedule.walk_days * dayMs;
  const rows = store.bases.usable({ repository_id, walked_after });
  return new Map(
    rows
      .filter(({ walked_at }) => walked_at <= now)
      .map((row) => [row.project_id, row]),
  );
}

interface Place {
  base: BaseRow;
  paths: ProjectPaths;
}

interface Asked extends Place {
  /** undefined: it is not asked. */
  persist: Persist | undefined;
}

async function subvolumesOf(
  bases: readonly BaseRow[],
  tools: Tools,
): Promise<Place[]> {
  const { projects } = tools.host;
  const found = await Promise.all(
    bases.map(async (base) => {
      // What the host cannot tell now is left to a job, which says why.
      const paths = await projects.paths(base.project_id).catch(() => {});
      return paths ? [{ base, paths }] : [];
    }),
  );
  return found.flat();
}

/** It was taken with the excludes that hold now. */
function isAsBefore({ project_id, excludes }: BaseRow, tools: Tools): boolean {
  return excludes === digestOf(policyOf(project_id, tools).excludes);
}

async function lookUp(
  bases: readonly BaseRow[],
  tools: Tools,
  { signal }: Watch,
): Promise<Asked[]> {
  const asBefore = bases.filter((base) => isAsBefore(base, tools));
  const places = await subvolumesOf(asBefore, tools);
  const found = await Promise.all(
    places.map(async (place) => {
      // What cannot be looked at is left to a job, which says why.
      const persist = await persistBefore(place.paths, signal).catch(() => {});
      return persist ? [{ ...place, persist }] : [];
    }),
  );
  return found.flat();
}

interface Looking {
  btrfs: Pick<Btrfs, "list" | "sync">;
  host: Pick<Tools["host"], "logger">;
  watch: Watch;
}

interface Found {
  /** Every answer says that nothing was written since. */
  equal: BaseRow[];
  /** There was no answer. */
  unknown: BaseRow[];
}

async function unwritten(
  asked: readonly Asked[],
  { btrfs, host, watch }: Looking,
): Promise<Found> {
  const all = asked.map((one) => ({ ...one, pairs: pairsOf(one) }));
  const paths = all.flatMap(({ pairs }) => pairs.flat());
  const unanswered = new Set<string>();
  const generations = await readGenerations(paths, btrfs, {
    ...watch,
    onFailure(failed, error) {
      for (const path of failed) unanswered.add(path);
      const fields = { path: failed[0], error: String(error) };
      host.logger.error("a file system could not be looked at", fields);
    },
  });
  const isEqual = ({ base, persist, pairs }: (typeof all)[number]) => {
    if (persist && persistState(persist) !== base.persist) return false;
    return pairs.every(([live, taken]) =>
      isUnwritten(generations.get(live), generations.get(taken)),
    );
  };
  const isUnknown = ({ pairs }: (typeof all)[number]) =>
    pairs.some(([live]) => unanswered.has(live));
  return {
    equal: all.filter(isEqual).map(({ base }) => base),
    unknown: all.filter(isUnknown).map(({ base }) => base),
  };
}

/** What is live, and the base's snapshot of it. */
function pairsOf({ base, paths, persist }: Asked): [string, string][] {
  const project = join(base.path, "project");
  const pairs: [string, string][] = [[paths.subvolume, project]];
  if (persist?.kind !== "subvolume") return pairs;
  return [...pairs, [persist.store, join(base.path, "persist")]];
}
