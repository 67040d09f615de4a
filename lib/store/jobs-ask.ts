/** Asking for work: a pending row, or the one that answers already. */

import { randomUUID } from "node:crypto";
import {
  BackupError,
  type RepositoryJobKind,
  type RestoreTarget,
  type Trigger,
} from "../../conat-api/index.js";
import { type Database, durably } from "./database.js";
import type { JobRow, RepositoryJobRow } from "./job-row.js";
import { strongerTarget } from "./repository-target.js";

export interface Ask {
  project_id: string;
  trigger: Trigger;
  requested_by: string;
  now: number;
}

export interface AskRestore extends Ask {
  repository_id: string | null;
  backup_id: string;
  target: RestoreTarget;
}

export interface AskRepository {
  repository_id: string;
  kind: RepositoryJobKind;
  trigger: Trigger;
  requested_by: string;
  /** What is asked for, as JSON. */
  target?: string;
  now: number;
}

const insertSql = `
  INSERT INTO jobs (job_id, kind, project_id, trigger, origin, requested_by,
    state, created_at, run_at, attempt, repository_id, backup_id, target)
  VALUES (@job_id, @kind, @project_id, @trigger, @trigger, @requested_by,
    'pending', @now, @now, 1, @repository_id, @backup_id, @target)
  RETURNING *`;

// A pending backup, or a running one whose source is not fixed yet: it will
// hold all that the caller has now. Not one that somebody is cancelling.
const joinableSql = `
  SELECT * FROM jobs
  WHERE project_id = ? AND kind = 'backup'
    AND (state = 'pending' OR (state = 'running' AND fixed_at IS NULL
      AND cancel_requested_by IS NULL))
  ORDER BY state = 'running' DESC`;

const unasked = "trigger IN ('retry', 'scheduled')";

export function asking(database: Database) {
  const insert = database.prepare(insertSql);
  const joinable = database.prepare(joinableSql);
  // A retry that waits, or one that nobody asked for, becomes theirs.
  const hasten = database.prepare(
    `UPDATE jobs SET run_at = min(run_at, @now),
       trigger = iif(${unasked}, @trigger, trigger),
       origin = iif(origin = 'scheduled', @trigger, origin),
       requested_by = iif(${unasked}, @requested_by, requested_by)
     WHERE seq = @seq RETURNING *`,
  );
  const unfinishedRestore = database
    .prepare(
      `SELECT job_id FROM jobs WHERE project_id = ? AND kind = 'restore'
       AND state IN ('pending', 'running')`,
    )
    .pluck();

  const askBackup = database.transaction((ask: Ask) => {
    const found = joinable.get(ask.project_id) as JobRow | undefined;
    if (found === undefined) {
      const row = insert.get({
        ...ask,
        job_id: randomUUID(),
        kind: "backup",
        repository_id: null,
        backup_id: null,
        target: null,
      }) as JobRow;
      return { row, joined: false };
    }
    // The scheduler's own asking makes nothing more urgent.
    const row =
      ask.trigger !== "scheduled" && isLessThan(found, ask)
        ? (hasten.get({ ...ask, seq: found.seq }) as JobRow)
        : found;
    return { row, joined: true };
  });

  const askRestore = database.transaction((ask: AskRestore) => {
    if (unfinishedRestore.get(ask.project_id) !== undefined) {
      throw new BackupError(
        "CONFLICT",
        "A restore of this project is waiting or running already.",
        { hint: "Wait for it, or cancel it first." },
      );
    }
    return insert.get({
      ...ask,
      job_id: randomUUID(),
      kind: "restore",
      target: JSON.stringify(ask.target),
    }) as JobRow;
  });

  const pendingOfKind = database.prepare(
    `SELECT * FROM jobs WHERE repository_id = @repository_id AND kind = @kind
     AND project_id IS NULL AND state = 'pending'`,
  );
  const retarget = database.prepare(
    "UPDATE jobs SET target = @target WHERE seq = @seq RETURNING *",
  );
  const askRepository = database.transaction((ask: AskRepository) => {
    const found = pendingOfKind.get(ask) as RepositoryJobRow | undefined;
    if (found) {
      const target = strongerTarget(found.target, ask.target ?? null);
      const row = retarget.get({ target, seq: found.seq }) as RepositoryJobRow;
      return { row, joined: true };
    }
    const row = insert.get({
      ...{ target: null, project_id: null, backup_id: null },
      ...ask,
      job_id: randomUUID(),
    }) as RepositoryJobRow;
    return { row, joined: false };
  });

  return {
    /** Work on a repository; `joined`: it waits already, and does both. */
    askRepository: (ask: AskRepository) =>
      durably(database, () => askRepository.immediate(ask)),
    /** A backup; `joined` when an earlier row already promises it. */
    askBackup: (ask: Ask) => durably(database, () => askBackup.immediate(ask)),
    /** @throws BackupError CONFLICT while the project has a restore. */
    askRestore: (ask: AskRestore) =>
      durably(database, () => askRestore.immediate(ask)),
  };
}

/** Would it be later, or less theirs, than what is asked for now? */
function isLessThan({ trigger, run_at }: JobRow, { now }: Ask): boolean {
  return trigger === "retry" || trigger === "scheduled" || run_at > now;
}
