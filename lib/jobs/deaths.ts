/** Whose rows nobody works on any more. */

import { identifyProcess, isAlive } from "../process-identity.js";
import { type AnyJobRow, ownerOf } from "../store/index.js";

export interface Deaths {
  /** Has the row's owner died? Asked once in each recovery. */
  isDead(row: AnyJobRow): boolean;
  /** Counts failures to put a row in order; true: that was the last one. */
  givesUp(row: AnyJobRow): boolean;
}

const attempts = 3;

/**
 * An engine that closed while its file could not be written leaves running
 * rows in a process that lives. Their heartbeat stands still: what does not
 * move between two recoveries, and is not run by this engine, is dead.
 */
export function watchOwners(
  runsHere: (job_id: string) => boolean = () => false,
): Deaths {
  const self = identifyProcess(process.pid);
  const heartbeats = new Map<string, number | null>();
  const failures = new Map<string, number>();

  const isSilent = ({ job_id, heartbeat_at }: AnyJobRow): boolean => {
    if (runsHere(job_id)) return false;
    const silent = heartbeats.get(job_id) === heartbeat_at;
    heartbeats.set(job_id, heartbeat_at);
    return silent;
  };

  return {
    isDead(row) {
      const owner = ownerOf(row);
      if (!owner || !isAlive(owner)) return true;
      const ours = owner.pid === self.pid && owner.started === self.started;
      return ours && isSilent(row);
    },
    givesUp({ job_id }) {
      const count = (failures.get(job_id) ?? 0) + 1;
      failures.set(job_id, count);
      return count >= attempts;
    },
  };
}
