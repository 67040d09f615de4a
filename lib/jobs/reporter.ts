/** How a running task tells its row what it does. */

import type { Clock } from "../host.js";
import type { ProcessIdentity } from "../process-identity.js";
import type { RunningFacts, Store } from "../store/index.js";
import type { TaskRun } from "../tasks/task.js";

/** Rows of bytes are written at most this often. */
const bytesEveryMs = 250;

/** What nobody but a person who waits needs to know. */
const hints: readonly string[] = [
  "phase",
  "bytes_done",
  "bytes_total",
  "progress_at",
] satisfies (keyof RunningFacts)[];

export function createReporter(
  store: Store,
  clock: Clock,
  job_id: string,
): Pick<TaskRun, "note" | "onBytes" | "onGroup"> {
  let written = 0;
  const note = (facts: RunningFacts): void => {
    const moved = facts.phase ? { progress_at: clock.now() } : {};
    const write = () => store.jobs.note(job_id, { ...facts, ...moved });
    if (Object.keys(facts).every((fact) => hints.includes(fact))) {
      ifPossible(write);
    } else write();
  };
  return {
    note,
    onBytes({ done, total }) {
      // Monotonic: the host's clock may jump.
      const now = performance.now();
      if (written > 0 && now - written < bytesEveryMs && done !== total) return;
      written = now;
      const progress_at = clock.now();
      const bytes_total = total ? { bytes_total: total } : {};
      note({ bytes_done: done, progress_at, ...bytes_total });
    },
    // A group that is not in the row could outlive us: that must fail. One
    // that has ended is recognised by its start time.
    onGroup(group: ProcessIdentity | null) {
      if (group) note({ group });
      else ifPossible(() => note({ group }));
    },
  };
}

/**
 * A hint that a full disk keeps from its row must not end the job: the
 * backup may be in the repository already.
 */
function ifPossible(write: () => void): void {
  try {
    write();
  } catch {
    // The next one may be written; the end of the job is.
  }
}
