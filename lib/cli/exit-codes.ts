/** What a script learns from the exit code. */

import type { ErrorCode } from "../../conat-api/index.js";

export const exitCodes = {
  ok: 0,
  failed: 1,
  /** A wrong option, argument or configuration. */
  usage: 2,
  /** Done, but something could not be read or set: see the warnings. */
  warnings: 3,
  notFound: 4,
  denied: 5,
  conflict: 6,
  cancelled: 7,
  /** It may go well later: the repository or the host did not answer. */
  temporary: 75,
} as const;

/** 128 and the signal's number, as a shell says it. */
export const signalExitCodes = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
} as const;

export type EndingSignal = keyof typeof signalExitCodes;

const byError: Partial<Record<ErrorCode, number>> = {
  INVALID_ARGUMENT: exitCodes.usage,
  NOT_FOUND: exitCodes.notFound,
  PERMISSION_DENIED: exitCodes.denied,
  CONFLICT: exitCodes.conflict,
  CANCELLED: exitCodes.cancelled,
  REPOSITORY_UNREACHABLE: exitCodes.temporary,
  INTERRUPTED: exitCodes.temporary,
  STALLED: exitCodes.temporary,
};

export function exitCodeOf(code: ErrorCode | null): number {
  return (code && byError[code]) ?? exitCodes.failed;
}
