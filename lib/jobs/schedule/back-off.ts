/** How long a project that keeps failing is left alone; pure. */

import { fractionOf, salts } from "./hash.js";

const firstMs = 10 * 60_000;
const longestMs = 24 * 3_600_000;

/**
 * Twice as long after each failure, up to a day; up to half of it less, by a
 * chance that the project and the count decide, so that all that failed at
 * once do not come back at once.
 */
export function backOffMs(project_id: string, failed_in_a_row: number): number {
  if (failed_in_a_row === 0) return 0;
  const delay = firstMs * 2 ** Math.min(failed_in_a_row - 1, 20);
  const chance = fractionOf(project_id, salts.backOff + failed_in_a_row);
  return Math.round((Math.min(longestMs, delay) * (1 + chance)) / 2);
}
