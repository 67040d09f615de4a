/** When a backup that failed is tried again; pure. */

import {
  type ErrorCode,
  type JobKind,
  type RepositoryJobKind,
  retryRules,
} from "../../conat-api/index.js";
import { longestWaitMs } from "../store/index.js";

const secondMs = 1000;

interface Attempt {
  kind: JobKind | RepositoryJobKind;
  attempt: number;
}

/**
 * undefined: not by itself. Twice as long after each attempt, up to an hour;
 * half of it by chance, so that all that failed at once do not come back at
 * once. A host that went away was at fault itself: the backup is not.
 */
export function retryAt(
  { kind, attempt }: Attempt,
  code: ErrorCode,
  now: number,
  random: () => number = Math.random,
): number | undefined {
  const rule = retryRules[code];
  // What a restore left behind is for a person to look at, and work on a
  // repository is planned anew.
  if (kind !== "backup" || rule.retry === "never") return undefined;
  if (attempt >= rule.attempts) return undefined;
  const first = (code === "INTERRUPTED" ? 5 : 60) * secondMs;
  const delay = Math.min(longestWaitMs, first * 2 ** Math.min(attempt - 1, 20));
  return now + Math.round((delay * (1 + random())) / 2);
}
