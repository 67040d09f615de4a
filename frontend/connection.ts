/**
 * One project's backups, for as long as it is open. Not React: each new state
 * goes to `onChange`, none after `close`.
 */

import { createActions, type PanelActions } from "./actions.js";
import { createAttachment } from "./attachment.js";
import type { PanelState } from "./model.js";
import type { PanelHost } from "./panel-client.js";
import { createReader } from "./reader.js";
import { createStore } from "./store.js";

export interface ConnectionOptions extends PanelHost {
  onChange: (state: PanelState) => void;
}

export interface Connection {
  actions: PanelActions;
  close(): void;
}

export function openConnection(options: ConnectionOptions): Connection {
  const { project_id } = options;
  const store = createStore(options.onChange);
  const closing = new AbortController();
  const attachment = createAttachment({
    ...options,
    onHint: () => reader.soon(),
    onConnected: () => reader.restart(),
    onLost: () => reader.lost(),
  });
  const reader = createReader({ project_id, store, attachment });
  const actions = createActions({
    project_id,
    store,
    attachment,
    reader,
    closing: closing.signal,
  });
  reader.soon();
  return {
    actions,
    close() {
      store.close();
      closing.abort();
      reader.close();
      attachment.close();
    },
  };
}
