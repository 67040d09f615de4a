/** The policy of a project: its own, or the host's. */

import { defaultPolicy, type Policy } from "../../conat-api/index.js";
import type { Config } from "../config.js";
import type { Tools } from "./task.js";

export function policyOf(
  project_id: string,
  { store, config }: Pick<Tools, "store" | "config">,
): Policy {
  return store.projects.get(project_id)?.policy ?? hostPolicy(config);
}

/** For projects that have none of their own. */
export function hostPolicy({ policy }: Pick<Config, "policy">): Policy {
  return {
    ...defaultPolicy,
    enabled: policy.enabled,
    keep: { ...defaultPolicy.keep, ...present(policy.keep) },
    keep_manual: {
      ...defaultPolicy.keep_manual,
      ...present(policy.keep_manual),
    },
  };
}

function present<T extends object>(
  facts: T,
): { [K in keyof T]: NonNullable<T[K]> | Extract<T[K], null> } {
  const given = Object.entries(facts).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries(given) as never;
}
