/** Which backup a person is about to restore, and the dialog for it. */

import { type ReactNode, useState } from "react";
import type { Backup } from "../conat-api/index.js";
import type { ProjectBackups } from "./use-project-backups.js";
import { RestoreDialog } from "./restore-dialog.js";

export interface Restoring {
  open: (backup: Backup) => void;
  dialog: ReactNode;
}

interface Options extends ProjectBackups {
  title: string;
  now: number;
  disabled: boolean;
}

export function useRestoring(options: Options): Restoring {
  const { state, actions, title, now, disabled } = options;
  const [backup, setBackup] = useState<Backup>();
  const [open, setOpen] = useState(false);
  const refusal =
    state.feedback?.action === "restore" ? state.feedback.sentence : undefined;
  const asking = state.busy.restore !== undefined;
  const close = () => {
    // "Do nothing" would be no longer true.
    if (asking) return;
    setOpen(false);
    if (refusal !== undefined) actions.dismiss();
  };
  const dialog = backup && (
    <RestoreDialog
      key={backup.backup_id}
      {...{ backup, title, open, now, disabled, asking, refusal }}
      onConfirm={async () => {
        if (await actions.restore(backup.backup_id)) setOpen(false);
      }}
      onClose={close}
      afterClose={() => setBackup(undefined)}
    />
  );
  return {
    dialog,
    open: (chosen) => {
      setBackup(chosen);
      setOpen(true);
    },
  };
}
