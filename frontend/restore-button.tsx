/** Opens the dialog for one backup; its name says for which. */

import { FormattedMessage, useIntl } from "react-intl";
import type { Backup } from "../conat-api/index.js";
import { formatInstant } from "./format.js";
import { HeldButton } from "./held-button.js";
import { listMessages } from "./messages.js";

interface RestoreButtonProps {
  backup: Backup;
  disabled: boolean;
  onRestore: (backup: Backup) => void;
}

export function RestoreButton(props: RestoreButtonProps) {
  const { backup, disabled, onRestore } = props;
  const intl = useIntl();
  const time = formatInstant(intl, backup.time);
  return (
    <HeldButton
      size="small"
      held={disabled}
      aria-label={intl.formatMessage(listMessages.restoreOf, { time })}
      onClick={() => onRestore(backup)}
    >
      <FormattedMessage {...listMessages.restore} />
    </HeldButton>
  );
}
