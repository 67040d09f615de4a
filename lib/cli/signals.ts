/** What a signal does to a command. */

import { BackupError } from "../../conat-api/index.js";
import type { Context } from "./context.js";
import { onEndingSignal } from "./ending.js";
import { type EndingSignal, signalExitCodes } from "./exit-codes.js";
import type { Output } from "./output.js";

/**
 * Cancels the job that the command asked for, closes the host, says so and
 * exits. A signal some time later ends the process at once.
 */
export function endBySignal(
  context: Context,
  output: Output,
): { ignore(): void } {
  return onEndingSignal((signal) => void leave(context, output, signal));
}

async function leave(
  context: Context,
  output: Output,
  signal: EndingSignal,
): Promise<void> {
  context.output.mute();
  try {
    const message = await cancelAsked(context, signal);
    await context.service.close({ drainMs: 0 });
    // Last: the terminal may have gone.
    output.fail(new BackupError("CANCELLED", message));
  } finally {
    process.exit(signalExitCodes[signal]);
  }
}

async function cancelAsked(
  { service, asked }: Context,
  signal: EndingSignal,
): Promise<string> {
  if (!asked) return `Ended by ${signal}.`;
  const { cancelled, job } = await service.cancel(asked);
  return cancelled
    ? `Ended by ${signal}: job ${job.job_id} is cancelled.`
    : `Ended by ${signal}; job ${job.job_id} had ended before: ${job.state}.`;
}
