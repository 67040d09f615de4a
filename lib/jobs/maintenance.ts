/** Which work on a repository is due; pure. */

import type { RepositoryJobKind } from "../../conat-api/index.js";
import type { Config } from "../config.js";
import type { RepositoryJobRow, RepositoryRow } from "../store/index.js";
import type { CheckOptions } from "../tasks/check.js";

export interface MaintenanceFacts {
  repository: RepositoryRow;
  /** May this host prune and check? */
  maintains: boolean;
  /** Forgotten backups that may leave the repository. */
  expired: number;
  /** Backups of this host that a prune ran beside. */
  unproven: number;
  /** How many have come since the newest prune: estimated. */
  index_files: number;
  /** The newest job of each kind. */
  newest: Partial<Record<RepositoryJobKind, RepositoryJobRow>>;
}

export interface MaintenanceDue {
  kind: RepositoryJobKind;
  target?: CheckOptions;
}

const hourMs = 3600 * 1000;

/** After a failure, and between follow-ups. */
const pauseMs: Record<RepositoryJobKind, number> = {
  forget: hourMs,
  prune: hourMs,
  check: hourMs,
};

/** At most one of each kind; in the order in which they should run. */
export function planMaintenance(
  facts: MaintenanceFacts,
  config: Config["maintenance"],
  now: number,
): MaintenanceDue[] {
  const { maintains, expired, newest, repository } = facts;
  const due: MaintenanceDue[] = [];
  // A repair may need whatever is still there.
  if (repository.damage === null) {
    if (expired > 0) due.push({ kind: "forget" });
    if (maintains && isPruneDue(facts, config, now)) {
      due.push({ kind: "prune" });
    }
  }
  const check = maintains ? checkDue(facts, config, now) : undefined;
  if (check) due.push(check);
  return due.filter(({ kind }) => isFree(newest[kind], pauseMs[kind], now));
}

/** Neither waiting, running nor just failed. */
function isFree(
  newest: RepositoryJobRow | undefined,
  pause: number,
  now: number,
): boolean {
  if (!newest || newest.state === "succeeded") return true;
  const { finished_at } = newest;
  return finished_at !== null && isPast(finished_at, pause, now);
}

/** What lies in the future is of a clock that was wrong. */
function isPast(at: number | null, afterMs: number, now: number): boolean {
  return at === null || at > now || now - at >= afterMs;
}

function isPruneDue(
  { repository, unproven, index_files, newest }: MaintenanceFacts,
  { prune_days, index_files: most, keep_delete_hours }: Config["maintenance"],
  now: number,
): boolean {
  const { pruned_at, pruned_quietly, created_at } = repository;
  const since = pruned_at ?? created_at;
  // It may have changed something; the pause after it is the same for all.
  if (newest.prune?.state === "failed") return true;
  const hours = prune_days * 24;
  if (isPast(since, hours * hourMs, now)) return true;
  if (unproven > 0 && isPast(since, hourMs, now)) return true;
  // Backups of other hosts may have run beside it and be seen only later.
  const followUp =
    pruned_quietly === 0 ? Math.min(hours, keep_delete_hours / 2) : hours;
  if (isPast(since, followUp * hourMs, now)) return true;
  return index_files >= most && isPast(pruned_at, hourMs, now);
}

function checkDue(
  { repository }: MaintenanceFacts,
  { check_hours }: Config["maintenance"],
  now: number,
): MaintenanceDue | undefined {
  const { checked_at, created_at, damage } = repository;
  const usual = check_hours * hourMs;
  // Somebody may have repaired it; what a network spoilt once is whole again.
  const period = damage === null ? usual : pauseMs.check;
  if (!isPast(checked_at ?? created_at, period, now)) return undefined;
  const { data_tried_at, data_checked_at } = repository;
  // Damaged or not: to read data may take hours.
  const part = isPast(data_tried_at ?? data_checked_at, usual, now);
  return { kind: "check", target: part ? { data: "part" } : {} };
}
