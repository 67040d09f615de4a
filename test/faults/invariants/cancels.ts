/** Who was told that a job is cancelled is not told otherwise by its row. */

import type { JobRow } from "../../../lib/store/index.js";
import type { Invariant } from "./ground.js";

export const cancels: readonly Invariant[] = [
  {
    id: "cancel",
    sentence: "A cancel that was answered is kept, and nothing is tried again.",
    check: ({ facts, rows }) =>
      Object.entries(facts.cancelled).flatMap(([job_id, then]) => {
        const row = rows.find((one) => one.job_id === job_id);
        const again = rows.some(({ retry_of }) => retry_of === job_id);
        if (!again && (row === undefined || isKept(row, then))) return [];
        const what = `${row?.kind} ${row?.state} (${row?.error_code})`;
        return [`Job ${job_id}, ${then}: ${what}${again ? ", again" : ""}.`];
      }),
  },
];

/** What ran may have ended in the same moment: a restore has not succeeded. */
function isKept(row: JobRow, then: string): boolean {
  if (row.state === "cancelled") return true;
  if (then === "cancelled") return false;
  if (row.state === "succeeded") return row.kind === "backup";
  return row.state === "failed" && row.error_code !== "INTERRUPTED";
}
