/** The policy of a project, and what it would do. */

import { isDeepStrictEqual } from "node:util";
import {
  BackupError,
  type Policy,
  type PolicyInForce,
} from "../../conat-api/index.js";
import { quotaOf, retentionOf } from "../jobs/retain.js";
import { isEmptyRetention } from "../jobs/retention/index.js";
import { checkSchedule } from "../jobs/schedule/index.js";
import { policyOf } from "../tasks/policy.js";
import type { Tools } from "../tasks/task.js";
import type { Engine, Handler } from "./handlers.js";
import { nextDueAt } from "./next-due.js";

export const policyHandlers: {
  [M in "get_policy" | "set_policy" | "preview_policy"]: Handler<M>;
} = {
  get_policy: (engine, { input }) => inForce(engine, input.project_id),

  set_policy(engine, { input }) {
    const { store, host } = engine.tools;
    const { project_id, policy, expected } = input;
    if (policy) requireSound(policy);
    store.transaction(() => {
      const own = ownPolicy(project_id, engine.tools);
      if (expected !== undefined) requireSeen(own, [expected, policy]);
      store.projects.setPolicy(project_id, policy, host.clock.now());
    });
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
  const own = ownPolicy(project_id, tools);
  return {
    policy: policyOf(project_id, tools),
    is_default: own === null,
    own,
    next_due_at: nextDueAt(project_id, { ...tools, calendar }),
    max_backups: await quotaOf(project_id, tools),
    unforget_days: tools.config.retention.unforget_days,
  };
}

function ownPolicy(project_id: string, { store }: Tools): Policy | null {
  return store.projects.get(project_id)?.policy ?? null;
}

/**
 * The wanted one may be there already: an answer was lost, and the same is
 * asked again.
 *
 * @throws BackupError CONFLICT
 */
function requireSeen(own: Policy | null, fine: (Policy | null)[]): void {
  if (fine.some((one) => isDeepStrictEqual(one, own))) return;
  throw new BackupError(
    "CONFLICT",
    "Somebody else has changed the policy meanwhile.",
    { hint: "Read it again, and make your change anew." },
  );
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
