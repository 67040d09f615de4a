/** Cancelling a job, and handing a running one back to the queue. */

import type { Database } from "./database.js";
import type { AnyJobRow } from "./job-row.js";

const cancelPendingSql = `
  UPDATE jobs SET state = 'cancelled', finished_at = @now,
    cancelled_by = @by, error_code = 'CANCELLED',
    error_message = 'The job was cancelled before it began.'
  WHERE job_id = @job_id AND state = 'pending'
  RETURNING *`;

const requestCancelSql = `
  UPDATE jobs SET cancel_requested_by = coalesce(cancel_requested_by, @by)
  WHERE job_id = @job_id AND state = 'running'
    AND (kind <> 'restore' OR journal IS NULL)
  RETURNING *`;

// Not while its backup may be in the repository: the next attempt would make
// a second one under its tag. Not when another backup of the project was asked
// for meanwhile: that one already promises all that this one would have saved.
// Nor while its stage is there: the next attempt would meet it.
const handBackSql = `
  UPDATE OR IGNORE jobs SET state = 'pending', phase = NULL, started_at = NULL,
    heartbeat_at = NULL, progress_at = NULL, fixed_at = NULL,
    bytes_done = NULL, bytes_total = NULL, owner_pid = NULL,
    owner_started = NULL, owner_boot = NULL, group_pid = NULL,
    group_started = NULL, source = NULL, repository_id = NULL
  WHERE job_id = @job_id AND state = 'running' AND kind = 'backup'
    AND cancel_requested_by IS NULL AND stage IS NULL AND in_doubt = 0`;

export function releasing(database: Database) {
  const cancelPending = database.prepare(cancelPendingSql);
  const requestCancel = database.prepare(requestCancelSql);
  const handBack = database.prepare(handBackSql);

  const cancel = database.transaction(
    (values: { job_id: string; by: string; now: number }) =>
      (cancelPending.get(values) ??
        requestCancel.get({ job_id: values.job_id, by: values.by })) as
        AnyJobRow | undefined,
  );

  return {
    /**
     * A pending job is cancelled at once, a running one is marked for its
     * owner. undefined: it had ended, or its swap has begun.
     */
    cancel: (job_id: string, by: string, now: number) =>
      cancel.immediate({ job_id, by, now }),
    /** false: it must be settled instead. */
    handBack: (job_id: string) => handBack.run({ job_id }).changes === 1,
  };
}
