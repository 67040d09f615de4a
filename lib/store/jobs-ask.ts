/** Asking for work: a pending row, or the one that answers already. */

import { randomUUID } from "node:crypto";
import {
  BackupError,
  type RestoreTarget,
  type Trigger,
} from "../../conat-api/index.js";
import { type Database, durably } from "./database.js";
import type { JobRow } from "./job-row.js";

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

const insertSql = `
  INSERT INTO jobs (job_id, kind, project_id, trigger, requested_by, state,
    created_at, run_at, attempt, repository_id, backup_id, target)
  VALUES (@job_id, @kind, @project_id, @trigger, @requested_by, 'pending',
    @now, @now, 1, @repository_id, @backup_id, @target)
  RETURNING *`;

// A pending backup, or a running one whose source is not fixed yet: it will
// hold all that the caller has now. Not one that somebody is cancelling.
const joinableSql = `
  SELECT * FROM jobs
  WHERE project_id = ? AND kind = 'backup'
    AND (state = 'pending' OR (state = 'running' AND fixed_at IS NULL
      AND cancel_requested_by IS NULL))
  ORDER BY state = 'running' DESC`;

export function asking(database: Database) {
  const insert = database.prepare(insertSql);
  const joinable = database.prepare(joinableSql);
  const hasten = database.prepare(
    `UPDATE jobs SET run_at = min(run_at, @now),
       trigger = iif(trigger = 'retry', @trigger, trigger),
       requested_by = iif(trigger = 'retry', @requested_by, requested_by)
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
    // A retry that waits is due as soon as somebody asks, and theirs.
    const row =
      found.state === "pending" &&
      (found.trigger === "retry" || found.run_at > ask.now)
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

  return {
    /** A backup; `joined` when an earlier row already promises it. */
    askBackup: (ask: Ask) => durably(database, () => askBackup.immediate(ask)),
    /** @throws BackupError CONFLICT while the project has a restore. */
    askRestore: (ask: AskRestore) =>
      durably(database, () => askRestore.immediate(ask)),
  };
}
