/** Which backup is about to be named or forgotten, and the dialog for it. */

import { type ReactNode, useState } from "react";
import type { Backup } from "../conat-api/index.js";
import { MarkDialog, type Marked } from "./mark-dialog.js";
import type { ActionName } from "./model.js";
import type { ProjectBackups } from "./use-project-backups.js";

export interface Marking {
  rename: (backup: Backup) => void;
  forget: (backup: Backup) => void;
  /** Of what its open dialog says itself how it went. */
  tells: ActionName[];
  dialog: ReactNode;
}

interface Options extends ProjectBackups {
  now: number;
  /** The row with the focus is about to go. */
  onGone: () => void;
}

export function useMarking(options: Options): Marking {
  const { state, actions } = options;
  const [marked, setMarked] = useState<Marked>();
  const [open, setOpen] = useState(false);
  const tells: ActionName[] = marked ? [marked.what, "policy"] : [];
  const dismiss = () => {
    const { feedback } = state;
    const own = feedback?.kind === "error" && tells.includes(feedback.action);
    if (own) actions.dismiss();
  };
  const choose = (what: Marked["what"]) => (backup: Backup) => {
    dismiss();
    // For how long can it be taken back?
    if (what === "forget") void actions.readPolicy();
    setMarked({ what, backup });
    setOpen(true);
  };
  return {
    rename: choose("rename"),
    forget: choose("forget"),
    tells: open ? tells : [],
    dialog: marked && (
      <MarkDialog
        key={`${marked.what} ${marked.backup.backup_id}`}
        {...options}
        {...{ marked, open }}
        onDone={() => setOpen(false)}
        onClose={() => {
          setOpen(false);
          dismiss();
        }}
        afterClose={() => setMarked(undefined)}
      />
    ),
  };
}
