import { randomUUID } from "node:crypto";
import {
  type Backup,
  defaultPolicy,
  type Job,
  type PolicyInForce,
  type Status,
} from "../../conat-api/index.js";

/** A job as it may come over the wire: a backup that succeeded. */
export function someJob(fields: Partial<Job> = {}): Job {
  return {
    job_id: randomUUID(),
    kind: "backup",
    project_id: randomUUID(),
    trigger: "manual",
    requested_by: "hub",
    state: "succeeded",
    phase: "settling",
    bytes_done: 5,
    bytes_total: 5,
    created_at: 1,
    run_at: 1,
    started_at: 2,
    finished_at: 3,
    heartbeat_at: 2,
    progress_at: 3,
    attempt: 1,
    retry_of: null,
    repository_id: "a repository",
    backup_id: "0a".repeat(32),
    unchanged: false,
    source: "live",
    bytes_processed: 5,
    bytes_added: 5,
    files: 1,
    warnings_count: 1,
    warnings: [{ path: "project/x", message: "cannot be read" }],
    target: null,
    kept_at: null,
    kept: false,
    cancelled_by: null,
    error_code: null,
    error_message: null,
    ...fields,
  };
}

export function someBackup(fields: Partial<Backup> = {}): Backup {
  return {
    backup_id: "0a".repeat(32),
    repository_id: "a repository",
    project_id: randomUUID(),
    time: 1,
    size_bytes: 5,
    added_bytes: 5,
    files: 1,
    duration_ms: 2,
    trigger: "manual",
    requested_by: "hub",
    warnings_count: 0,
    warnings: [],
    name: null,
    note: null,
    pinned: false,
    forgotten_at: null,
    unproven: false,
    ...fields,
  };
}

export function somePolicyInForce(
  fields: Partial<PolicyInForce> = {},
): PolicyInForce {
  return {
    policy: defaultPolicy,
    is_default: true,
    own: null,
    next_due_at: null,
    max_backups: null,
    unforget_days: 7,
    ...fields,
  };
}

export function someStatus(): Status {
  return {
    project_id: randomUUID(),
    health: "ok",
    last_backup: someBackup(),
    last_success: someJob(),
    last_attempt: someJob(),
    current: null,
    next_due_at: null,
    scheduled: true,
    unprotected: { since: 1, changes: 5, more: false, counted_at: 2 },
    repository: {
      ...{ checked_at: 1, damaged: false },
      ...{ data_checked_at: 1, pruned_at: null },
    },
    as_of: 1,
    failed_in_a_row: 0,
    notices: [{ code: "A_NOTICE", message: "Do something." }],
  };
}
