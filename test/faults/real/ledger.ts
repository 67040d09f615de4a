/** What the parent knows for certain, whatever becomes of the host. */

import type { JobRow } from "../../../lib/store/index.js";
import type { StoredBackup } from "./repository.js";
import type { Project, World } from "./world.js";

export interface Ledger {
  /** Jobs that the host has answered with: their rows must be there. */
  asked: Set<string>;
  /** Versions that a backup may hold, by its id. */
  holds: Map<string, Set<number>>;
  /** Versions that a project's tree may be of, by its id. */
  mayBe: Map<string, Set<number>>;
  /** The version that each project had when the round began. */
  before: Map<string, number>;
  /** Backups of each project that can be restored, the newest last. */
  backups: Map<string, string[]>;
  /** The repository could not be asked in this round: a reading was killed. */
  doubtful: boolean;
  /** Violations, each told once. */
  told: Set<string>;
  /** The newest row when the round began. */
  seq: number;
}

export function openLedger(): Ledger {
  return {
    asked: new Set(),
    holds: new Map(),
    mayBe: new Map(),
    before: new Map(),
    backups: new Map(),
    doubtful: false,
    told: new Set(),
    seq: 0,
  };
}

/** A new version of the project, while nothing can be reading it. */
export function rewrite({ mayBe, before }: Ledger, project: Project): void {
  const version = project.write();
  mayBe.set(project.project_id, new Set([version]));
  before.set(project.project_id, version);
}

/** From now on the project may be what the backup holds. */
export function mayRestore(
  { mayBe, holds }: Ledger,
  project_id: string,
  backup_id: string,
): void {
  for (const version of holds.get(backup_id) ?? []) {
    mayBe.get(project_id)?.add(version);
  }
}

/** All is quiet: what was made holds what its project has been meanwhile. */
export function settleRound(
  ledger: Ledger,
  { projects }: World,
  rows: readonly JobRow[],
  stored: readonly StoredBackup[],
): void {
  const { holds, mayBe, before, backups } = ledger;
  for (const { backup_id, project_id } of stored) {
    if (holds.has(backup_id)) continue;
    holds.set(backup_id, new Set(mayBe.get(project_id)));
    const known = backups.get(project_id) ?? [];
    backups.set(project_id, [...known, backup_id]);
  }
  for (const project of projects) {
    const version = project.read();
    if (typeof version !== "number") continue;
    before.set(project.project_id, version);
    mayBe.set(project.project_id, new Set([version]));
  }
  ledger.doubtful = false;
  ledger.seq = rows.at(-1)?.seq ?? 0;
}
