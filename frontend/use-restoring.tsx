/** Which backup a person is about to restore, and the dialog for it. */

import { type ReactNode, useRef, useState } from "react";
import type { Backup } from "../conat-api/index.js";
import type { ActionName } from "./model.js";
import type { ProjectBackups } from "./use-project-backups.js";
import { RestoreDialog } from "./restore-dialog.js";

export interface Restoring {
  open: (backup: Backup) => void;
  /** Of what its open dialog says itself how it went. */
  tells: ActionName[];
  dialog: ReactNode;
}

interface Options extends ProjectBackups {
  title: string;
  now: number;
  disabled: boolean;
  /** The restore was asked for, and its dialog is gone. */
  onRestored: () => void;
}

export function useRestoring(options: Options): Restoring {
  const { state, actions, title, now, disabled } = options;
  const [backup, setBackup] = useState<Backup>();
  const [open, setOpen] = useState(false);
  const refusal =
    state.feedback?.action === "restore" ? state.feedback.sentence : undefined;
  const asking = state.busy.restore !== undefined;
  const confirmed = useRef(false);
  const close = () => {
    setOpen(false);
    if (refusal !== undefined) actions.dismiss();
  };
  const dialog = backup && (
    <RestoreDialog
      key={backup.backup_id}
      {...{ backup, title, open, now, disabled, asking, refusal }}
      onConfirm={async () => {
        if (!(await actions.restore(backup.backup_id))) return;
        confirmed.current = true;
        setOpen(false);
      }}
      onClose={close}
      afterClose={() => {
        setBackup(undefined);
        if (confirmed.current) options.onRestored();
      }}
    />
  );
  return {
    dialog,
    tells: open ? ["restore"] : [],
    open: (chosen) => {
      confirmed.current = false;
      // Of another dialog, or of one that was left.
      if (refusal !== undefined) actions.dismiss();
      setBackup(chosen);
      setOpen(true);
    },
  };
}
