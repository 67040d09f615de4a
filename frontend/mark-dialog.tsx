/** The dialog for what is done with one backup. */

import type { Backup } from "../conat-api/index.js";
import { ForgetDialog } from "./forget-dialog.js";
import { RenameDialog } from "./rename-dialog.js";
import type { ProjectBackups } from "./use-project-backups.js";

export interface Marked {
  what: "rename" | "forget";
  backup: Backup;
}

interface MarkDialogProps extends ProjectBackups {
  marked: Marked;
  open: boolean;
  now: number;
  onGone: () => void;
  onDone: () => void;
  onClose: () => void;
  afterClose: () => void;
}

export function MarkDialog(props: MarkDialogProps) {
  const { marked, state, actions, open, now, onClose, afterClose } = props;
  const { what, backup } = marked;
  const { backup_id } = backup;
  const { feedback, busy, policy } = state;
  const refused = feedback?.kind === "error" && feedback.action === what;
  const common = {
    ...{ backup, open, onClose, afterClose },
    asking: busy[what] !== undefined,
    refusal: refused ? feedback.sentence : undefined,
  };
  if (what === "rename") {
    return (
      <RenameDialog
        {...common}
        onSave={async (change) => {
          if (await actions.update(backup_id, change)) props.onDone();
        }}
      />
    );
  }
  return (
    <ForgetDialog
      {...{ ...common, now }}
      days={policy?.unforget_days}
      only={isOnly(state, backup)}
      onConfirm={async () => {
        if (!(await actions.forget(backup_id))) return;
        props.onGone();
        props.onDone();
      }}
    />
  );
}

function isOnly({ list }: ProjectBackups["state"], { backup_id }: Backup) {
  return !list?.backups.some(
    (one) => one.backup_id !== backup_id && one.forgotten_at === null,
  );
}
