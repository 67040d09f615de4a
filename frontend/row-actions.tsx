/** What can be done with a backup: its buttons at the end of its row. */

import { Flex } from "antd";
import { FormattedMessage, useIntl } from "react-intl";
import type { Backup } from "../conat-api/index.js";
import { BackupMenu } from "./backup-menu.js";
import { formatInstant } from "./format.js";
import { HeldButton } from "./held-button.js";
import { marksMessages } from "./messages.js";
import type { PanelState } from "./model.js";
import { RestoreButton } from "./restore-button.js";

/** Whom to tell what was clicked. */
export interface RowVerbs {
  onRestore: (backup: Backup) => void;
  onPin: (backup: Backup) => void;
  onRename: (backup: Backup) => void;
  onForget: (backup: Backup) => void;
  onTakeBack: (backup: Backup) => void;
}

export interface RowActionsProps {
  verbs: RowVerbs;
  /** May more than restore. */
  owner: boolean;
  /** No restore can be asked for now. */
  disabled: boolean;
  /** The host does not answer. */
  stale: boolean;
  busy: PanelState["busy"];
}

export function RowActions(props: RowActionsProps & { backup: Backup }) {
  const { backup, verbs, owner, disabled } = props;
  const { onRestore } = verbs;
  if (backup.forgotten_at !== null) {
    return owner ? <TakeBack {...props} /> : null;
  }
  return (
    <Flex gap={4} justify="end">
      <RestoreButton {...{ backup, disabled, onRestore }} />
      {owner && <BackupMenu {...props} />}
    </Flex>
  );
}

type TakeBackProps = RowActionsProps & { backup: Backup };

function TakeBack({ backup, verbs, stale, busy }: TakeBackProps) {
  const intl = useIntl();
  const time = formatInstant(intl, backup.time);
  return (
    <HeldButton
      size="small"
      held={stale}
      loading={busy.takeBack === backup.backup_id}
      aria-label={intl.formatMessage(marksMessages.takeBackOf, { time })}
      onClick={() => verbs.onTakeBack(backup)}
    >
      <FormattedMessage {...marksMessages.takeBack} />
    </HeldButton>
  );
}
