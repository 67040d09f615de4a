/** What jobs left behind, while none runs. */

import { findLeaks } from "../../../support/leaks.js";
import { processesOf } from "../../../support/processes.js";
import { tempRoot } from "../../../support/temp.js";

/** `host` lives; what it started does not. */
export async function checkLeftovers(host: number): Promise<string[]> {
  const root = tempRoot();
  const leaks = await findLeaks(root, { graceMs: 0 });
  return [
    ...leaks.map(({ kind, what }) => `left behind, ${kind}: ${what}`),
    ...processesOf(root)
      .filter(({ pid }) => pid !== host)
      .map(({ pid, command }) => `left behind, process: ${pid} ${command}`),
  ];
}
