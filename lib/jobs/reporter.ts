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
      note({
        bytes_done: done,
        progress_at: clock.now(),
        ...(total ? { bytes_total: total } : {}),
      });
    },
    onGroup: (group: ProcessIdentity | null) => note({ group }),
  };
}
