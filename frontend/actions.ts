/** What a person can ask for, one of a kind at a time. */

import type { Job, ProjectBackupsApi } from "../conat-api/index.js";
import type { Attachment } from "./attachment.js";
import { panelMessages } from "./messages.js";
import { type ActionName, pageSize } from "./model.js";
import { patiently } from "./patience.js";
import { type Reader, rowsToRead } from "./reader.js";
import { type Sentence, sentenceOf } from "./sentence.js";
import type { Store } from "./store.js";

/** Each resolves to whether the host did it; if not, the state says why. */
export interface PanelActions {
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

interface Tools {
  project_id: string;
  store: Store;
  attachment: Attachment;
  reader: Reader;
  closing: AbortSignal;
}

type Ask = (
  api: ProjectBackupsApi,
  ticket: number,
) => Promise<Sentence | undefined>;

export function createActions(tools: Tools): PanelActions {
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
        const limit = rowsToRead(store.state);
        const list = await api.list({ project_id, limit, refresh: true });
        store.apply({ type: "list", ticket, list });
        return undefined;
      }),
    showOlder: () => act(tools, "older", project_id, readOlder(tools)),
    tryAgain: () => reader.restart(),
    dismiss: () => store.apply({ type: "dismissed" }),
  };
}

function readOlder({ project_id, store }: Tools): Ask {
  return async (api, ticket) => {
    const after = store.state.list?.cursor;
    if (after) {
      const cursor = { cursor: after, limit: pageSize };
      const list = await api.list({ project_id, ...cursor });
      store.apply({ type: "older", ticket, after, list });
    }
    store.apply({ type: "widened" });
    return undefined;
  };
}

async function act(
  { store, attachment, reader, closing }: Tools,
  action: ActionName,
  of: string,
  ask: Ask,
): Promise<boolean> {
  if (store.closed || store.state.busy[action] !== undefined) return false;
  store.apply({ type: "asked", action, of });
  try {
    const asking = attachment.api().then((api) => ask(api, store.ticket()));
    const note = await patiently(asking, closing);
    store.apply({ type: "answered", action, note });
    return !store.closed;
  } catch (error) {
    store.apply({ type: "refused", action, sentence: sentenceOf(error) });
    return false;
  } finally {
    // Refused too: a lost answer may have been a yes.
    if (!store.closed) reader.all();
  }
}
