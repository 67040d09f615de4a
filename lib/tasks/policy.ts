/** The policy of a project: its own, or the host's. */

import type { Policy } from "../../conat-api/index.js";
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
  return policy;
}
