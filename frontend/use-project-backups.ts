/** The one hook that talks to the host. */

import { useEffect, useMemo, useRef, useState } from "react";
import type { PanelActions } from "./actions.js";
import { type Connection, openConnection } from "./connection.js";
import { initialState, type PanelState } from "./model.js";
import type { PanelHost } from "./panel-client.js";

export interface ProjectBackups {
  state: PanelState;
  actions: PanelActions;
}

/**
 * `getClient` may be another function at each render. For another project or
 * person the component needs another `key`: this state is of the first one.
 */
export function useProjectBackups({
  account_id,
  project_id,
  getClient,
}: PanelHost): ProjectBackups {
  const [state, setState] = useState(initialState);
  const connection = useRef<Connection>(undefined);
  const newest = useRef(getClient);
  useEffect(() => {
    newest.current = getClient;
  });
  useEffect(() => {
    const opened = openConnection({
      account_id,
      project_id,
      getClient: (id) => newest.current(id),
      onChange: setState,
    });
    connection.current = opened;
    return () => {
      connection.current = undefined;
      opened.close();
    };
  }, [account_id, project_id]);
  const actions = useMemo(() => lateActions(() => connection.current), []);
  return { state, actions };
}

/** The actions of whatever connection is open when they are called. */
function lateActions(present: () => Connection | undefined): PanelActions {
  const actions = () => present()?.actions;
  const no = Promise.resolve(false);
  return {
    start: () => actions()?.start() ?? no,
    cancel: (job) => actions()?.cancel(job) ?? no,
    restore: (backup_id) => actions()?.restore(backup_id) ?? no,
    refresh: () => actions()?.refresh() ?? no,
    showOlder: () => actions()?.showOlder() ?? no,
    showForgotten: (shown) => actions()?.showForgotten(shown) ?? no,
    update: (backup_id, change) => actions()?.update(backup_id, change) ?? no,
    forget: (backup_id) => actions()?.forget(backup_id) ?? no,
    takeBack: (backup_id) => actions()?.takeBack(backup_id) ?? no,
    readPolicy: () => actions()?.readPolicy() ?? no,
    previewPolicy: (policy) => actions()?.previewPolicy(policy) ?? no,
    savePolicy: (policy) => actions()?.savePolicy(policy) ?? no,
    tryAgain: () => actions()?.tryAgain(),
    dismiss: () => actions()?.dismiss(),
  };
}
