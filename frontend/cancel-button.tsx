/** A backup is asked for again with one click; a restore is not. */

import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Job } from "../conat-api/index.js";
import { CancelRestoreDialog } from "./cancel-restore-dialog.js";
import { HeldButton } from "./held-button.js";
import { jobMessages } from "./messages.js";

interface CancelButtonProps {
  job: Job;
  held: boolean;
  cancelling: boolean;
  onCancel: () => void;
}

export function CancelButton(props: CancelButtonProps) {
  const { job, held, cancelling, onCancel } = props;
  const intl = useIntl();
  const [asking, setAsking] = useState(false);
  const isRestore = job.kind === "restore";
  const label = isRestore
    ? jobMessages.cancelRestore
    : jobMessages.cancelBackup;
  return (
    <>
      <HeldButton
        size="small"
        loading={cancelling}
        held={held}
        aria-label={intl.formatMessage(label)}
        onClick={() => (isRestore ? setAsking(true) : onCancel())}
      >
        <FormattedMessage {...jobMessages.cancel} />
      </HeldButton>
      {isRestore && (
        <CancelRestoreDialog
          open={asking}
          onConfirm={() => {
            setAsking(false);
            onCancel();
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
