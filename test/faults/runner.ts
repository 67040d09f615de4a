/** The process that runs worlds, one after the other; it may be killed. */

import type { Plan } from "./plan.js";
import { begin, type Report, resume } from "./run.js";

/** No plan: another runner was killed in that world, go on from there. */
export interface Order {
  plan?: Plan;
  root: string;
}

export type Answer = { report: Report } | { broken: string };

export function serve(): void {
  process.on("message", ({ plan, root }: Order) => {
    (plan ? begin(plan, root) : resume(root))
      .then((report) => ({ report }))
      .catch((error: Error) => ({ broken: error.stack ?? String(error) }))
      .then((answer: Answer) => process.send?.(answer));
  });
  process.on("disconnect", () => process.exit(0));
}
