/** What a person can make of a backup: a name, a pin, something forgotten. */

import type { Input } from "../conat-api/index.js";
import { act, type ActionTools } from "./act.js";
import { marksMessages } from "./messages.js";
import { rowsToRead } from "./reader.js";

export type BackupChange = Pick<Input<"update">, "name" | "note" | "pinned">;

export interface MarkActions {
  showForgotten(shown: boolean): Promise<boolean>;
  update(backup_id: string, change: BackupChange): Promise<boolean>;
  forget(backup_id: string): Promise<boolean>;
  takeBack(backup_id: string): Promise<boolean>;
}

export function createMarkActions(tools: ActionTools): MarkActions {
  const { project_id, store } = tools;
  return {
    showForgotten(shown) {
      store.apply({ type: "forgotten", shown });
      return act(tools, "forgotten", project_id, async (api, ticket) => {
        const rows = rowsToRead(store.state);
        const list = await api.list({ project_id, ...rows });
        store.apply({ type: "list", ticket, list });
        return undefined;
      });
    },
    update(backup_id, change) {
      const action = change.pinned === undefined ? "rename" : "pin";
      return act(tools, action, backup_id, async (api, ticket) => {
        const input = { project_id, backup_id, ...change };
        const { backup } = await api.update(input);
        store.apply({ type: "backup", ticket, backup });
        return undefined;
      });
    },
    forget: (backup_id) =>
      act(tools, "forget", backup_id, async (api, ticket) => {
        const answer = await api.forget({ project_id, backup_id });
        store.apply({ type: "backup", ticket, backup: answer.backup });
        const values = { until: answer.gone_at };
        return { message: marksMessages.forgot, values };
      }),
    takeBack: (backup_id) =>
      act(tools, "takeBack", backup_id, async (api, ticket) => {
        const { backup } = await api.unforget({ project_id, backup_id });
        store.apply({ type: "backup", ticket, backup });
        return { message: marksMessages.tookBack };
      }),
  };
}
