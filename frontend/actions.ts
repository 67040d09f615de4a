/** What a person can ask for, one of a kind at a time. */

import type { Job } from "../conat-api/index.js";
import { act, type ActionTools, type Ask } from "./act.js";
import { createMarkActions, type MarkActions } from "./mark-actions.js";
import { panelMessages } from "./messages.js";
import { pageSize } from "./model.js";
import { createPolicyActions, type PolicyActions } from "./policy-actions.js";
import { also, rowsToRead } from "./reader.js";

/** Each resolves to whether the host did it; if not, the state says why. */
export interface PanelActions extends MarkActions, PolicyActions {
  start(): Promise<boolean>;
  cancel(job: Job): Promise<boolean>;
  /** The whole project, into its place. */
  restore(backup_id: string): Promise<boolean>;
  /** Has the host read the repository. */
  refresh(): Promise<boolean>;
  showOlder(): Promise<boolean>;
  tryAgain(): void;
  /** The feedback was seen. */
  dismiss(): void;
}

export function createActions(tools: ActionTools): PanelActions {
  const { project_id, store, reader } = tools;
  return {
    start: () =>
      act(tools, "start", project_id, async (api, ticket) => {
        const { job, joined } = await api.start({ project_id });
        store.apply({ type: "job", ticket, job });
        return joined ? { message: panelMessages.joined } : undefined;
      }),
    cancel: ({ job_id }) =>
      act(tools, "cancel", job_id, async (api, ticket) => {
        const { job, cancelled } = await api.cancel({ project_id, job_id });
        store.apply({ type: "job", ticket, job });
        return cancelled ? undefined : { message: panelMessages.endedBefore };
      }),
    restore: (backup_id) =>
      act(tools, "restore", backup_id, async (api, ticket) => {
        const target = { type: "in_place" } as const;
        const { job } = await api.restore({ project_id, backup_id, target });
        store.apply({ type: "job", ticket, job });
        return undefined;
      }),
    refresh: () =>
      act(tools, "refresh", project_id, async (api, ticket) => {
        const rows = rowsToRead(store.state);
        const list = await api.list({ project_id, ...rows, refresh: true });
        store.apply({ type: "list", ticket, list });
        return undefined;
      }),
    ...createMarkActions(tools),
    ...createPolicyActions(tools),
    showOlder: () => act(tools, "older", project_id, readOlder(tools)),
    tryAgain: () => reader.restart(),
    dismiss: () => store.apply({ type: "dismissed" }),
  };
}

function readOlder({ project_id, store }: ActionTools): Ask {
  return async (api, ticket) => {
    const after = store.state.list?.cursor;
    if (after) {
      const cursor = { cursor: after, limit: pageSize };
      const forgotten = also(store.state.forgotten);
      const list = await api.list({ project_id, ...cursor, ...forgotten });
      store.apply({ type: "older", ticket, after, list });
    }
    store.apply({ type: "widened" });
    return undefined;
  };
}
