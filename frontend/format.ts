/** The words and colours of the panel: pure, without a component. */

import {
  type Backup,
  type Health,
  type Job,
  type JobState,
  type Phase,
  type Status,
  type Unprotected,
} from "../conat-api/index.js";
import type { IntlShape, MessageDescriptor } from "react-intl";
import {
  jobMessages,
  marksMessages,
  panelMessages,
  policyMessages,
  restoreMessages,
  statusMessages,
} from "./messages.js";
import { isAppointment } from "./jobs.js";
import type { ActionName } from "./model.js";
import { formatBytes, formatSince } from "./quantities.js";
import type { Sentence } from "./sentence.js";

export * from "./quantities.js";
export * from "./sentence.js";

/** Colours by meaning, in antd's names: its theme has the values. */
export type Tone = "success" | "warning" | "error" | "info" | "default";

export const healthTones: Record<Health, Tone> = {
  ok: "success",
  warning: "warning",
  failing: "error",
  never: "default",
};

export const healthWords: Record<Health, MessageDescriptor> = {
  ok: statusMessages.ok,
  warning: statusMessages.warning,
  failing: statusMessages.failing,
  never: statusMessages.never,
};

export function healthSentence({ health, last_attempt }: Status): Sentence {
  if (health === "ok") {
    const { okSentence, unchangedSentence } = statusMessages;
    return {
      message: last_attempt?.unchanged ? unchangedSentence : okSentence,
    };
  }
  if (health === "failing") return { message: statusMessages.failingSentence };
  if (health === "never") return { message: statusMessages.neverSentence };
  if (last_attempt?.state === "failed") {
    return { message: statusMessages.failedSentence };
  }
  const count = last_attempt?.warnings_count ?? 0;
  return last_attempt?.state === "succeeded" && count > 0
    ? { message: statusMessages.unreadSentence, values: { count } }
    : { message: statusMessages.warningSentence };
}

/** A sentence with a `when`, and what it is. */
export interface Dated {
  message: MessageDescriptor;
  at: number;
}

/** Where it matters when the newest attempt was, or that there was none. */
export function datedAttempt(status: Status): Dated | undefined {
  const { last_attempt, last_backup } = status;
  if (!last_attempt) {
    // Another host made it, or this one lost its job file.
    return last_backup
      ? { message: statusMessages.untried, at: last_backup.time }
      : undefined;
  }
  const message = attemptMessage(status, last_attempt);
  const at = last_attempt.finished_at ?? last_attempt.created_at;
  return message && { message, at };
}

function attemptMessage(
  { health, last_backup }: Status,
  { state, unchanged, backup_id }: Job,
): MessageDescriptor | undefined {
  if (state === "cancelled") {
    const { lastCancelled, warnedBeforeCancelled } = statusMessages;
    return health === "warning" ? warnedBeforeCancelled : lastCancelled;
  }
  // "Since then" is since the backup that the headline names.
  const same = last_backup?.backup_id === backup_id;
  return health === "ok" && unchanged && same
    ? statusMessages.unchanged
    : undefined;
}

/** What is in no backup yet; without a full stop, more may follow. */
export function unprotectedSentence(
  intl: IntlShape,
  { since: at, changes, more }: Unprotected,
  now: number,
): Sentence {
  const { unprotected, unprotectedMore, unprotectedSome } = statusMessages;
  const since = formatSince(intl, at, now);
  // A count of nothing would say that all is well.
  if (!changes) return { message: unprotectedSome, values: { since } };
  const message = more ? unprotectedMore : unprotected;
  return { message, values: { count: changes, since } };
}

export const stateTones: Record<JobState, Tone> = {
  pending: "default",
  running: "info",
  succeeded: "success",
  failed: "error",
  cancelled: "default",
};

export const stateWords: Record<JobState, MessageDescriptor> = {
  pending: jobMessages.pending,
  running: jobMessages.running,
  succeeded: jobMessages.succeeded,
  failed: jobMessages.failed,
  cancelled: jobMessages.cancelled,
};

export const phaseWords: Record<Phase, MessageDescriptor> = {
  preparing: jobMessages.preparing,
  staging: jobMessages.staging,
  comparing: jobMessages.comparing,
  reading: jobMessages.reading,
  writing: jobMessages.writing,
  stopping: jobMessages.stopping,
  swapping: jobMessages.swapping,
  settling: jobMessages.settling,
};

/** What an unfinished job does now. */
export function activity(job: Job, now: number): Sentence {
  if (job.state === "running" && job.phase) {
    return { message: phaseWords[job.phase] };
  }
  if (isAppointment(job, now)) return { message: jobMessages.waitingToRetry };
  return { message: stateWords[job.state] };
}

/**
 * Percent; undefined where nobody knows. A total may be the size of the last
 * backup: once more than that was read, it says nothing.
 */
export function percentOf(job: Job): number | undefined {
  const { bytes_done, bytes_total } = job;
  if (job.state !== "running" || bytes_done === null) return undefined;
  if (!bytes_total || bytes_done > bytes_total) return undefined;
  // What still runs is never complete.
  return Math.min(Math.floor((100 * bytes_done) / bytes_total), 99);
}

/**
 * "1.2 GB of 3.4 GB"; undefined before the first byte. The total of a backup
 * is the size of the last one, as far as anybody knows.
 */
export function amountOf(intl: IntlShape, job: Job): Sentence | undefined {
  const { bytes_done, bytes_total } = job;
  if (job.state !== "running" || !bytes_done) return undefined;
  const done = formatBytes(intl, bytes_done);
  if (bytes_total === null || bytes_total < bytes_done) {
    return { message: jobMessages.soFar, values: { done } };
  }
  const total = formatBytes(intl, bytes_total);
  const { progress, progressAbout } = jobMessages;
  const message = job.kind === "backup" ? progressAbout : progress;
  return { message, values: { done, total } };
}

/** Why it was made, as its reader would say it. */
export function triggerWords(
  { trigger, requested_by }: Pick<Backup, "trigger" | "requested_by">,
  account_id: string,
): MessageDescriptor {
  if (trigger === null) return jobMessages.unknown;
  if (trigger !== "manual") return jobMessages[trigger];
  return requested_by === `account-${account_id}`
    ? jobMessages.byYou
    : jobMessages.byHand;
}

/** Why a job failed: the row's sentence, never its code. */
export function failureOf({ error_message }: Job): Sentence {
  return error_message || { message: jobMessages.noReason };
}

export const actionFailed: Record<ActionName, MessageDescriptor> = {
  start: panelMessages.startFailed,
  cancel: panelMessages.cancelFailed,
  restore: restoreMessages.refused,
  refresh: panelMessages.refreshFailed,
  older: panelMessages.olderFailed,
  forgotten: marksMessages.showForgottenFailed,
  pin: marksMessages.pinFailed,
  rename: marksMessages.renameFailed,
  forget: marksMessages.forgetFailed,
  takeBack: marksMessages.takeBackFailed,
  policy: policyMessages.readFailed,
  preview: policyMessages.previewFailed,
  savePolicy: policyMessages.saveFailed,
};
