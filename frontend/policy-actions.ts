/** Reading, trying and saving the policy. */

import { expecting, type Policy } from "../conat-api/index.js";
import { act, type ActionTools } from "./act.js";
import { policyMessages } from "./messages.js";

export interface PolicyActions {
  readPolicy(): Promise<boolean>;
  previewPolicy(policy: Policy): Promise<boolean>;
  /** null: the host's default. In the place of what was read last only. */
  savePolicy(policy: Policy | null): Promise<boolean>;
}

export function createPolicyActions(tools: ActionTools): PolicyActions {
  const { project_id, store } = tools;
  return {
    readPolicy: () =>
      act(tools, "policy", project_id, async (api) => {
        const policy = await api.get_policy({ project_id });
        store.apply({ type: "policy", policy });
        return undefined;
      }),
    previewPolicy: (policy) =>
      act(tools, "preview", project_id, async (api) => {
        const plan = await api.preview_policy({ project_id, policy });
        store.apply({ type: "preview", of: policy, plan });
        return undefined;
      }),
    savePolicy: (policy) =>
      act(tools, "savePolicy", project_id, async (api) => {
        const seen = store.state.policy;
        const inForce = await api.set_policy({
          ...{ project_id, policy },
          ...(seen && expecting(seen)),
        });
        store.apply({ type: "policy", policy: inForce });
        return { message: policyMessages.saved };
      }),
  };
}
