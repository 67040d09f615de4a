/** How a running task tells its row what it does. */

import type { Clock } from "../host.js";
import type { ProcessIdentity } from "../process-identity.js";
import type { RunningFacts, Store } from "../store/index.js";
import type { TaskRun } from "../tasks/task.js";

/** Rows of bytes are written at most this often. */
const bytesEveryMs = 250;

export function createReporter(
  store: Store,
  clock: Clock,
  job_id: string,
): Pick<TaskRun, "note" | "onBytes" | "onGroup"> {
  let written = 0;
  const note = (facts: RunningFacts) =>
    store.jobs.note(job_id, {
      ...facts,
      ...(facts.phase ? { progress_at: clock.now() } : {}),
    });
  return {
    note,
    onBytes({ done, total }) {
      // Monotonic: the host's clock may jump.
      const now = performance.now();
      if (written > 0 && now - written < bytesEveryMs && done !== total) return;
      written = now;
      const progress_at = clock.now();
      const bytes_total = total ? { bytes_total: total } : {};
      ifPossible(() => note({ bytes_done: done, progress_at, ...bytes_total }));
    },
    // A group that is not in the row could outlive us: that must fail. One
    // that has ended is recognised by its start time.
    onGroup(group: ProcessIdentity | null) {
      if (group) note({ group });
      else ifPossible(() => note({ group }));
    },
  };
}

/** A hint that a full disk keeps from its row must not end the job. */
function ifPossible(write: () => void): void {
  try {
    write();
  } catch {
    // The next one may be written; the end of the job is.
  }
}
