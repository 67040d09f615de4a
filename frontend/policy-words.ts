/** Why retention keeps a backup, or does not: pure. */

import type { IntlShape, MessageDescriptor } from "react-intl";
import type {
  DropReason,
  KeepReason,
  RetentionDecision,
} from "../conat-api/index.js";
import { policyMessages } from "./messages.js";

export const keepWords: Record<KeepReason, MessageDescriptor> = {
  pinned: policyMessages.pinned,
  newest: policyMessages.newest,
  unproven: policyMessages.unproven,
  manual: policyMessages.byHand,
  last: policyMessages.ofLast,
  hourly: policyMessages.ofHour,
  daily: policyMessages.ofDay,
  weekly: policyMessages.ofWeek,
  monthly: policyMessages.ofMonth,
  yearly: policyMessages.ofYear,
  future: policyMessages.ofFuture,
  no_rule: policyMessages.noRule,
};

export const dropWords: Record<DropReason, MessageDescriptor> = {
  policy: policyMessages.notCounted,
  quota: policyMessages.overQuota,
};

export function goes({ keep }: Pick<RetentionDecision, "keep">): boolean {
  return keep.length === 0;
}

/** "the newest of its day and the newest of its week" */
export function decisionWords(
  intl: IntlShape,
  decision: Pick<RetentionDecision, "keep" | "drop">,
): string {
  const { keep, drop } = decision;
  if (goes(decision)) return intl.formatMessage(dropWords[drop ?? "policy"]);
  const reasons = keep.map((reason) => intl.formatMessage(keepWords[reason]));
  return intl.formatList(reasons, { type: "conjunction" });
}
