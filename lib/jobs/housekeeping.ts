/** What a host does besides backups, a little at each tick. */

import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { RepositoryJobKind } from "../../conat-api/index.js";
import type {
  BaseRow,
  RepositoryFigures,
  RepositoryRow,
} from "../store/index.js";
import { dropBase } from "../tasks/bases.js";
import { dayMs, expiredOf } from "../tasks/expired.js";
import { maintainerOf } from "../tasks/maintainer.js";
import { isOurs } from "../tasks/prune-once.js";
import type { Tools } from "../tasks/task.js";
import { type MaintenanceFacts, planMaintenance } from "./maintenance.js";

/** Asks for the work on the repository that is due. */
export async function askForMaintenance(tools: Tools): Promise<void> {
  const { store, host, config, repositories } = tools;
  const repository_id = repositories.knownId();
  const repository = repository_id && store.repositories.get(repository_id);
  if (!repository) return;
  const now = host.clock.now();
  const facts = await factsOf(repository, tools);
  const due = planMaintenance(facts, config.maintenance, now);
  for (const { kind, target = {} } of due) {
    store.jobs.askRepository({
      ...{ repository_id: repository.repository_id, kind, now },
      ...{ trigger: "scheduled", requested_by: "scheduler" },
      target: JSON.stringify(target),
    });
  }
}

async function factsOf(
  repository: RepositoryRow,
  tools: Tools,
): Promise<MaintenanceFacts> {
  const { store, host } = tools;
  const { repository_id } = repository;
  const maintainer = (await maintainerOf(repository_id, tools)) ?? null;
  store.repositories.maintained(repository_id, maintainer, host.clock.now());
  const newest = (kind: RepositoryJobKind) =>
    store.jobs.ofRepository({ repository_id, kind, limit: 1 })[0];
  return {
    repository,
    maintains: maintainer === host.host_id,
    expired: expiredOf(repository_id, tools, 1).length,
    unproven: store.backups.unproven(repository_id).filter(isOurs).length,
    index_files: newIndexFiles(repository, tools),
    newest: Object.fromEntries(
      (["forget", "prune", "check"] as const).flatMap((kind) => {
        const row = newest(kind);
        return row ? [[kind, row]] : [];
      }),
    ),
  };
}

/** Each backup since the last counting has brought one. */
function newIndexFiles(
  { repository_id, figures, figures_at, index_files_pruned }: RepositoryRow,
  { store }: Tools,
): number {
  const counted = figures && (JSON.parse(figures) as RepositoryFigures);
  const since = store.backups.countSince(repository_id, figures_at ?? 0);
  // Large ones are never merged: what a prune has left stays, and may be less
  // by now.
  const there = counted ? counted.index_files : 0;
  return Math.max(0, there - (index_files_pruned ?? 0)) + since;
}

/** 25 ms at 300,000 rows: others wait so long. */
const expireAtOnce = 250;
/** The rest goes the next time. */
const expireRounds = 100;
/** Rows that stay, whatever a clock says. */
const rowsKept = 1000;

/** Old rows of jobs. */
export async function expireHistory(
  { store, config, host }: Pick<Tools, "store" | "config" | "host">,
  signal: AbortSignal,
): Promise<void> {
  const before = host.clock.now() - config.retention.history_days * dayMs;
  const bound = { before, atLeast: rowsKept, limit: expireAtOnce };
  for (let round = 0; round < expireRounds; round++) {
    if (signal.aborted || store.jobs.expire(bound) < expireAtOnce) return;
    await setImmediate();
  }
}

/** A filesystem needs a while to give back what was removed. */
const basesAtOnce = 20;

/**
 * Bases of projects that have left the host; and, where the disk is short,
 * the oldest ones: a base keeps what was deleted since.
 */
export async function dropBases(tools: Tools): Promise<void> {
  const { store, config, host } = tools;
  const gone = new Set(store.projects.gone(host.clock.now()));
  const isShort = createDiskLook(config.bases.disk_free);
  let dropped = 0;
  for (const base of store.bases.all()) {
    const hasLeft = gone.has(base.project_id);
    if (!hasLeft && (dropped >= basesAtOnce || !(await isShort(base)))) {
      continue;
    }
    if (!hasLeft) dropped += 1;
    // One that a command reads now is removed the next time.
    await dropBase(base, tools).catch((error: unknown) => {
      const facts = { path: base.path, error: String(error) };
      host.logger.warn("a base could not be removed", facts);
    });
  }
}

/** Once for all bases that lie in one place. */
function createDiskLook(floor: number): (base: BaseRow) => Promise<boolean> {
  const places = new Map<string, Promise<boolean>>();
  return ({ path }) => {
    const place = dirname(dirname(path));
    const found =
      places.get(place) ??
      statfs(path).then(
        ({ bavail, blocks }) => bavail / blocks < floor,
        () => false,
      );
    places.set(place, found);
    return found;
  };
}
