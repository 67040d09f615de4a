/** The state of one open panel; once closed it changes no more. */

import {
  initialState,
  type PanelEvent,
  type PanelState,
  reduce,
} from "./model.js";

export interface Store {
  readonly state: PanelState;
  readonly closed: boolean;
  apply(event: PanelEvent): void;
  /** The number of a request that is sent now. */
  ticket(): number;
  close(): void;
}

export function createStore(onChange: (state: PanelState) => void): Store {
  let state = initialState;
  let closed = false;
  let tickets = 0;
  return {
    get state() {
      return state;
    },
    get closed() {
      return closed;
    },
    apply(event) {
      if (closed) return;
      const next = reduce(state, event);
      if (next === state) return;
      state = next;
      onChange(state);
    },
    ticket: () => (tickets += 1),
    close() {
      closed = true;
    },
  };
}
