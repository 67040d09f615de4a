/**
 * The schema, as numbered steps: step N takes a file from `user_version`
 * N - 1 to N. A step that has been released is never edited.
 */

export const migrations: readonly string[] = [
  `
  CREATE TABLE host (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    host_id TEXT NOT NULL
  ) STRICT;

  CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    project_id TEXT NOT NULL,
    trigger TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    state TEXT NOT NULL CHECK (
      state IN ('pending', 'running', 'succeeded', 'failed', 'cancelled')),
    phase TEXT,
    bytes_done INTEGER,
    bytes_total INTEGER,
    created_at INTEGER NOT NULL,
    run_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    heartbeat_at INTEGER,
    progress_at INTEGER,
    -- Set just before the source is fixed: who asks later gets a new job.
    fixed_at INTEGER,
    attempt INTEGER NOT NULL,
    retry_of TEXT,
    owner_pid INTEGER,
    owner_started INTEGER,
    owner_boot TEXT,
    -- The process group of the command that runs for this row.
    group_pid INTEGER,
    group_started INTEGER,
    -- The directory that the job made and must remove.
    stage TEXT,
    repository_id TEXT,
    backup_id TEXT,
    source TEXT,
    bytes_processed INTEGER,
    bytes_added INTEGER,
    files INTEGER,
    warnings_count INTEGER NOT NULL DEFAULT 0,
    warnings TEXT NOT NULL DEFAULT '[]',
    target TEXT,
    -- What a swap is about to rename, written before it begins.
    journal TEXT,
    kept_at TEXT,
    cancel_requested_by TEXT,
    cancelled_by TEXT,
    error_code TEXT,
    error_message TEXT
  ) STRICT;

  CREATE UNIQUE INDEX jobs_one_running_a_project
    ON jobs (project_id) WHERE state = 'running';
  CREATE UNIQUE INDEX jobs_one_pending_of_a_kind_a_project
    ON jobs (project_id, kind) WHERE state = 'pending';
  CREATE INDEX jobs_due ON jobs (run_at, seq) WHERE state = 'pending';
  CREATE INDEX jobs_of_project ON jobs (project_id, seq);
  CREATE INDEX jobs_staged ON jobs (seq) WHERE stage IS NOT NULL;
  CREATE INDEX jobs_kept ON jobs (seq) WHERE kept_at IS NOT NULL;

  CREATE TABLE repositories (
    repository_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    location TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    kit_exported_at INTEGER,
    -- When the list of backups was last read from the repository itself.
    read_at INTEGER
  ) STRICT;

  CREATE TABLE backups (
    repository_id TEXT NOT NULL,
    backup_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    time INTEGER NOT NULL,
    size_bytes INTEGER,
    added_bytes INTEGER,
    files INTEGER,
    duration_ms INTEGER,
    trigger TEXT,
    requested_by TEXT,
    warnings_count INTEGER,
    warnings TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (repository_id, backup_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX backups_of_project
    ON backups (project_id, repository_id, time, backup_id);
  `,
  // What changed since a reader last looked, whichever process wrote it: the
  // newest change of each job, in order.
  `
  CREATE TABLE job_changes (
    revision INTEGER PRIMARY KEY AUTOINCREMENT,
    seq INTEGER NOT NULL UNIQUE
  ) STRICT;
  CREATE TRIGGER jobs_asked AFTER INSERT ON jobs BEGIN
    INSERT INTO job_changes (seq) VALUES (new.seq);
  END;
  CREATE TRIGGER jobs_changed
    AFTER UPDATE OF state, phase, bytes_done, bytes_total ON jobs
  BEGIN
    DELETE FROM job_changes WHERE seq = new.seq;
    INSERT INTO job_changes (seq) VALUES (new.seq);
  END;
  `,
  // Which job made a backup, from its tag; and which jobs may have made one
  // that nobody has seen.
  `
  ALTER TABLE backups ADD COLUMN job_id TEXT;
  CREATE INDEX backups_of_job ON backups (job_id) WHERE job_id IS NOT NULL;
  ALTER TABLE jobs ADD COLUMN in_doubt INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX jobs_in_doubt ON jobs (seq) WHERE in_doubt = 1;
  `,
];
