/** The policy of a project, and what it would do. */

import {
  BackupError,
  type Policy,
  type PolicyInForce,
} from "../../conat-api/index.js";
import { quotaOf, retentionOf } from "../jobs/retain.js";
import { isEmptyRetention } from "../jobs/retention/index.js";
import { checkSchedule } from "../jobs/schedule/index.js";
import { policyOf } from "../tasks/policy.js";
import type { Engine, Handler } from "./handlers.js";
import { nextDueAt } from "./status.js";

export const policyHandlers: {
  [M in "get_policy" | "set_policy" | "preview_policy"]: Handler<M>;
} = {
  get_policy: (engine, { input }) => inForce(engine, input.project_id),

  set_policy(engine, { input }) {
    const { store, host } = engine.tools;
    const { project_id, policy } = input;
    if (policy) requireSound(policy);
    store.projects.setPolicy(project_id, policy, host.clock.now());
    return inForce(engine, project_id);
  },

  async preview_policy({ tools }, { input }) {
    const { project_id, policy } = input;
    if (policy) requireSound(policy);
    const plan = await retentionOf(project_id, tools, policy);
    const backups = new Map(plan.backups.map((one) => [one.backup_id, one]));
    const decisions = plan.decisions.flatMap((decision) => {
      const backup = backups.get(decision.backup_id);
      return backup ? [{ ...decision, backup }] : [];
    });
    const dropped = decisions.filter(({ drop }) => drop !== null).length;
    return {
      decisions,
      kept: decisions.length - dropped,
      dropped,
      max_backups: plan.max_backups,
      as_of: tools.host.clock.now(),
    };
  },
};

async function inForce(
  { tools, calendar }: Engine,
  project_id: string,
): Promise<PolicyInForce> {
  const { store, config } = tools;
  return {
    policy: policyOf(project_id, tools),
    is_default: (store.projects.get(project_id)?.policy ?? null) === null,
    next_due_at: nextDueAt(project_id, { ...tools, calendar }),
    max_backups: await quotaOf(project_id, tools),
    unforget_days: config.retention.unforget_days,
  };
}

/** @throws BackupError INVALID_ARGUMENT */
function requireSound(policy: Policy): void {
  checkSchedule(policy.schedule);
  if (!isEmptyRetention(policy)) return;
  throw new BackupError(
    "INVALID_ARGUMENT",
    "A policy that keeps nothing would leave the project without backups.",
    {
      hint: "Set at least one of the numbers above zero, or switch the backups off.",
    },
  );
}
