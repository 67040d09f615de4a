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
  // Jobs on a repository belong to no project; jobs that found nothing changed;
  // what people and retention make of backups; what the scheduler must know
  // of a project without reading its history.
  `
  CREATE TABLE jobs_4 (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    -- NULL: a job on the repository.
    project_id TEXT,
    trigger TEXT NOT NULL,
    -- The trigger of the first attempt, whoever tried again.
    origin TEXT NOT NULL,
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
    fixed_at INTEGER,
    attempt INTEGER NOT NULL,
    retry_of TEXT,
    owner_pid INTEGER,
    owner_started INTEGER,
    owner_boot TEXT,
    group_pid INTEGER,
    group_started INTEGER,
    stage TEXT,
    repository_id TEXT,
    backup_id TEXT,
    unchanged INTEGER NOT NULL DEFAULT 0,
    source TEXT,
    bytes_processed INTEGER,
    bytes_added INTEGER,
    files INTEGER,
    warnings_count INTEGER NOT NULL DEFAULT 0,
    warnings TEXT NOT NULL DEFAULT '[]',
    -- What was asked for: a restore's place, a check's part.
    target TEXT,
    journal TEXT,
    kept_at TEXT,
    -- What a job on the repository did, in numbers.
    figures TEXT,
    cancel_requested_by TEXT,
    cancelled_by TEXT,
    error_code TEXT,
    error_message TEXT,
    in_doubt INTEGER NOT NULL DEFAULT 0,
    -- A prune began or ended while it ran.
    beside_prune INTEGER NOT NULL DEFAULT 0,
    CHECK (project_id IS NOT NULL OR repository_id IS NOT NULL)
  ) STRICT;
  INSERT INTO jobs_4 (seq, job_id, kind, project_id, trigger, origin,
    requested_by, state, phase, bytes_done, bytes_total, created_at, run_at,
    started_at, finished_at, heartbeat_at, progress_at, fixed_at, attempt,
    retry_of, owner_pid, owner_started, owner_boot, group_pid, group_started,
    stage, repository_id, backup_id, source, bytes_processed, bytes_added,
    files, warnings_count, warnings, target, journal, kept_at,
    cancel_requested_by, cancelled_by, error_code, error_message, in_doubt)
  SELECT seq, job_id, kind, project_id, trigger,
    iif(trigger = 'retry', 'manual', trigger), requested_by, state, phase,
    bytes_done, bytes_total, created_at, run_at, started_at, finished_at,
    heartbeat_at, progress_at, fixed_at, attempt, retry_of, owner_pid,
    owner_started, owner_boot, group_pid, group_started, stage, repository_id,
    backup_id, source, bytes_processed, bytes_added, files, warnings_count,
    warnings, target, journal, kept_at, cancel_requested_by, cancelled_by,
    error_code, error_message, in_doubt FROM jobs;
  DROP TABLE jobs;
  ALTER TABLE jobs_4 RENAME TO jobs;

  CREATE UNIQUE INDEX jobs_one_running_a_project ON jobs (project_id)
    WHERE state = 'running' AND project_id IS NOT NULL;
  CREATE UNIQUE INDEX jobs_one_running_a_repository ON jobs (repository_id)
    WHERE state = 'running' AND project_id IS NULL;
  CREATE UNIQUE INDEX jobs_one_pending_of_a_kind_a_project
    ON jobs (project_id, kind)
    WHERE state = 'pending' AND project_id IS NOT NULL;
  CREATE UNIQUE INDEX jobs_one_pending_of_a_kind_a_repository
    ON jobs (repository_id, kind)
    WHERE state = 'pending' AND project_id IS NULL;
  CREATE INDEX jobs_due ON jobs (run_at, seq) WHERE state = 'pending';
  CREATE INDEX jobs_of_project ON jobs (project_id, seq);
  CREATE INDEX jobs_staged ON jobs (seq) WHERE stage IS NOT NULL;
  CREATE INDEX jobs_kept ON jobs (seq) WHERE kept_at IS NOT NULL;
  CREATE INDEX jobs_in_doubt ON jobs (seq) WHERE in_doubt = 1;
  CREATE INDEX jobs_ended ON jobs (finished_at)
    WHERE finished_at IS NOT NULL;
  CREATE INDEX jobs_of_repository ON jobs (repository_id, kind, seq)
    WHERE project_id IS NULL;
  CREATE INDEX jobs_running ON jobs (kind, phase) WHERE state = 'running';
  CREATE INDEX jobs_retry_of ON jobs (retry_of) WHERE retry_of IS NOT NULL;

  CREATE TRIGGER jobs_asked AFTER INSERT ON jobs
    WHEN new.project_id IS NOT NULL
  BEGIN
    INSERT INTO job_changes (seq) VALUES (new.seq);
  END;
  CREATE TRIGGER jobs_changed
    AFTER UPDATE OF state, phase, bytes_done, bytes_total ON jobs
    WHEN new.project_id IS NOT NULL
  BEGIN
    DELETE FROM job_changes WHERE seq = new.seq;
    INSERT INTO job_changes (seq) VALUES (new.seq);
  END;
  CREATE TRIGGER jobs_expired AFTER DELETE ON jobs BEGIN
    DELETE FROM job_changes WHERE seq = old.seq;
  END;

  CREATE TABLE projects (
    project_id TEXT PRIMARY KEY,
    -- When the scheduler first saw it on this host; NULL: it has not yet.
    first_seen_at INTEGER,
    -- When it was last in the host's list; what is older has left.
    seen_at INTEGER,
    -- Its owner has deleted it for good.
    deleted_at INTEGER,
    -- The source instant of the newest backup that succeeded.
    covered_at INTEGER,
    -- When a backup was last asked for.
    tried_at INTEGER,
    failed_in_a_row INTEGER NOT NULL DEFAULT 0,
    failed_at INTEGER,
    -- When a change was noticed that is in no backup.
    unprotected_since INTEGER,
    -- NULL: the host's default.
    policy TEXT,
    policy_at INTEGER,
    -- It is of a later version, and kept as it is.
    policy_unread INTEGER NOT NULL DEFAULT 0,
    -- Of its policy, names, pins: changed then, and written down then, where.
    annotated_at INTEGER,
    written_at INTEGER,
    written_to TEXT,
    retained_at INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER backup_asked AFTER INSERT ON jobs WHEN new.kind = 'backup'
  BEGIN
    INSERT INTO projects (project_id, tried_at)
    VALUES (new.project_id, new.created_at)
    ON CONFLICT (project_id) DO UPDATE SET tried_at = new.created_at;
    UPDATE projects SET covered_at = new.fixed_at, failed_in_a_row = 0,
      failed_at = NULL, unprotected_since = NULL
    WHERE project_id = new.project_id AND new.state = 'succeeded';
  END;
  CREATE TRIGGER backup_ended AFTER UPDATE OF state ON jobs
    WHEN new.kind = 'backup' AND new.state IN ('succeeded', 'failed')
  BEGIN
    UPDATE projects SET failed_in_a_row = failed_in_a_row + 1,
      failed_at = new.finished_at
    WHERE project_id = new.project_id AND new.state = 'failed';
    -- A doubt may be settled late: what newer jobs did counts more. And what
    -- was noticed after the source was fixed is in no backup yet.
    UPDATE projects SET covered_at = new.fixed_at,
      failed_in_a_row = (
        SELECT count(*) FROM jobs WHERE project_id = new.project_id
          AND seq > new.seq AND kind = 'backup' AND state = 'failed'),
      failed_at = (
        SELECT max(finished_at) FROM jobs WHERE project_id = new.project_id
          AND seq > new.seq AND kind = 'backup' AND state = 'failed'),
      unprotected_since = iif(
        unprotected_since > new.fixed_at, unprotected_since, NULL)
    WHERE project_id = new.project_id AND new.state = 'succeeded'
      AND NOT EXISTS (
        SELECT 1 FROM jobs WHERE project_id = new.project_id
          AND seq > new.seq AND kind = 'backup' AND state = 'succeeded');
  END;
  INSERT INTO projects (project_id, covered_at, tried_at, failed_in_a_row,
    failed_at)
  SELECT project_id, max(iif(state = 'succeeded', fixed_at, NULL)),
    max(created_at), sum(state = 'failed' AND seq > succeeded),
    max(iif(state = 'failed' AND seq > succeeded, finished_at, NULL))
  FROM (SELECT *, coalesce(max(iif(state = 'succeeded', seq, NULL))
      OVER (PARTITION BY project_id), 0) AS succeeded
    FROM jobs WHERE kind = 'backup')
  GROUP BY project_id;

  -- The read-only snapshot of a project's last backup, kept on this host.
  CREATE TABLE bases (
    project_id TEXT PRIMARY KEY,
    -- Its directory is named so.
    job_id TEXT NOT NULL,
    path TEXT NOT NULL,
    repository_id TEXT NOT NULL,
    backup_id TEXT NOT NULL,
    taken_at INTEGER NOT NULL,
    -- When rustic last walked the project.
    walked_at INTEGER NOT NULL,
    -- The subvolume that it was taken of, and its own generation.
    live_uuid TEXT NOT NULL,
    generation INTEGER NOT NULL,
    -- How to tell whether the persist store has changed.
    persist TEXT NOT NULL,
    excludes TEXT NOT NULL,
    changes INTEGER,
    changes_more INTEGER NOT NULL DEFAULT 0,
    counted_at INTEGER
  ) STRICT, WITHOUT ROWID;

  -- Before, only people asked.
  UPDATE backups SET trigger = 'manual' WHERE trigger = 'retry';
  ALTER TABLE backups ADD COLUMN unproven INTEGER NOT NULL DEFAULT 0;
  -- Likewise, of backups that no reading has brought a row of yet.
  CREATE TABLE unproven_unread (
    repository_id TEXT NOT NULL,
    backup_id TEXT NOT NULL,
    PRIMARY KEY (repository_id, backup_id)
  ) STRICT, WITHOUT ROWID;

  -- They outlive the rows of a list that was read wrongly once.
  CREATE TABLE annotations (
    repository_id TEXT NOT NULL,
    backup_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    name TEXT,
    note TEXT,
    pinned INTEGER NOT NULL DEFAULT 0,
    -- Somebody asked for it after it was made.
    wanted_by TEXT,
    -- When any of these last changed; 0: never.
    updated_at INTEGER NOT NULL,
    forgotten_at INTEGER,
    -- Who forgot it or took it back: person, retention, or the deletion of
    -- its project; and when that was last said; 0: never.
    forgotten_by TEXT,
    forgetting_at INTEGER NOT NULL DEFAULT 0,
    -- A job removes it from the repository, or was killed at that.
    leaving INTEGER NOT NULL DEFAULT 0,
    -- By project: a document of one says nothing of another's backups.
    PRIMARY KEY (project_id, repository_id, backup_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX annotations_forgotten ON annotations (forgotten_at)
    WHERE forgotten_at IS NOT NULL;
  CREATE INDEX annotations_leaving ON annotations (repository_id)
    WHERE leaving = 1;

  -- The documents of projects that the repository was seen to hold.
  CREATE TABLE annotation_documents (
    repository_id TEXT NOT NULL,
    document_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    time INTEGER NOT NULL,
    -- 0: not wholly; it is never replaced.
    understood INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (repository_id, document_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX annotation_documents_of_project
    ON annotation_documents (project_id, repository_id);

  ALTER TABLE repositories ADD COLUMN figures TEXT;
  ALTER TABLE repositories ADD COLUMN figures_at INTEGER;
  ALTER TABLE repositories ADD COLUMN pruned_at INTEGER;
  -- The newest prune changed nothing: whatever ran beside it is whole.
  ALTER TABLE repositories ADD COLUMN pruned_quietly INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE repositories ADD COLUMN checked_at INTEGER;
  ALTER TABLE repositories ADD COLUMN data_checked_at INTEGER;
  -- The next part of the data that a check reads.
  ALTER TABLE repositories ADD COLUMN data_part INTEGER NOT NULL DEFAULT 1;
  -- Findings of the newest check, a JSON list; NULL: none.
  ALTER TABLE repositories ADD COLUMN damage TEXT;
  -- What that check was asked to look at.
  ALTER TABLE repositories ADD COLUMN damage_target TEXT;
  -- The host that prunes and checks it; NULL: nobody; and when that was asked.
  ALTER TABLE repositories ADD COLUMN maintainer TEXT;
  ALTER TABLE repositories ADD COLUMN maintainer_asked_at INTEGER;

  CREATE TABLE scheduler (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    ticked_at INTEGER NOT NULL,
    -- When it came back after it had stood still.
    resumed_at INTEGER,
    away_ms INTEGER NOT NULL,
    -- When it last came back after days, or its clock was set ahead so far.
    leapt_at INTEGER
  ) STRICT;
  `,
  // A base's snapshots themselves tell what was noted of them: nobody reads
  // `live_uuid` and `generation` any more, but an older version may still run
  // on this file and write them.
  `
  CREATE TABLE bases_without (
    project_id TEXT PRIMARY KEY,
    -- Its directory is named so.
    job_id TEXT NOT NULL,
    path TEXT NOT NULL,
    repository_id TEXT NOT NULL,
    backup_id TEXT NOT NULL,
    taken_at INTEGER NOT NULL,
    -- When rustic last walked the project.
    walked_at INTEGER NOT NULL,
    live_uuid TEXT,
    generation INTEGER,
    -- How to tell whether the persist store has changed.
    persist TEXT NOT NULL,
    excludes TEXT NOT NULL,
    changes INTEGER,
    changes_more INTEGER NOT NULL DEFAULT 0,
    counted_at INTEGER
  ) STRICT, WITHOUT ROWID;
  INSERT INTO bases_without SELECT * FROM bases;
  DROP TABLE bases;
  ALTER TABLE bases_without RENAME TO bases;
  UPDATE bases SET persist = '["subvolume"]'
    WHERE persist LIKE '["subvolume",%';

  -- The machine's own clock at the newest tick.
  ALTER TABLE scheduler ADD COLUMN boot_id TEXT;
  ALTER TABLE scheduler ADD COLUMN uptime_ms INTEGER;
  -- When the host's clock was set, and by how much it was set back.
  ALTER TABLE scheduler ADD COLUMN set_at INTEGER;
  ALTER TABLE scheduler ADD COLUMN set_back_ms INTEGER NOT NULL DEFAULT 0;
  `,
  // What prunes and checks go by. An older version that still runs on this
  // file writes none of it, and needs none.
  `
  -- How many index files the newest prune has left.
  ALTER TABLE repositories ADD COLUMN index_files_pruned INTEGER;
  -- When a check last read data, whatever came of it.
  ALTER TABLE repositories ADD COLUMN data_tried_at INTEGER;
  -- Each of the configured parts is read in so many.
  ALTER TABLE repositories ADD COLUMN data_split INTEGER NOT NULL DEFAULT 1;

  -- What a restore stages where a persist store is.
  ALTER TABLE jobs ADD COLUMN stage_beside TEXT;
  `,
];
