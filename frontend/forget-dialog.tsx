/** Asks before a backup is forgotten, and says until when it can come back. */

import { Modal } from "antd";
import { FormattedMessage, useIntl } from "react-intl";
import type { Backup } from "../conat-api/index.js";
import { formatInstant, type Sentence } from "./format.js";
import { marksMessages } from "./messages.js";
import { Refusal } from "./refusal.js";

export interface ModalParts {
  backup: Backup;
  open: boolean;
  asking: boolean;
  refusal: Sentence | undefined;
  onClose: () => void;
  afterClose: () => void;
}

interface ForgetDialogProps extends ModalParts {
  /** How long it can be taken back; undefined: not known. */
  days: number | undefined;
  now: number;
  /** No other one is listed. */
  only: boolean;
  onConfirm: () => void;
}

export function ForgetDialog(props: ForgetDialogProps) {
  const { open, asking, refusal, onConfirm, onClose, afterClose } = props;
  return (
    <Modal
      {...{ open, afterClose }}
      title={<FormattedMessage {...marksMessages.forgetTitle} />}
      okText={<FormattedMessage {...marksMessages.forgetOk} />}
      cancelText={<FormattedMessage {...marksMessages.forgetKeep} />}
      okButtonProps={{ danger: true, loading: asking }}
      onOk={onConfirm}
      onCancel={onClose}
      destroyOnHidden
    >
      <WhatGoes {...props} />
      <Refusal action="forget" sentence={refusal} />
    </Modal>
  );
}

function WhatGoes({ backup, days, now, only }: ForgetDialogProps) {
  const intl = useIntl();
  const time = formatInstant(intl, backup.time);
  const until = days && formatInstant(intl, now + days * 86_400_000);
  return (
    <>
      <p>
        <FormattedMessage {...marksMessages.forgetLead} values={{ time }} />{" "}
        {only && <FormattedMessage {...marksMessages.forgetOnly} />}
      </p>
      <p>
        <FormattedMessage {...comesBack(days)} values={{ until }} />
      </p>
    </>
  );
}

function comesBack(days: number | undefined) {
  const { forgetUntil, forgetSoon, forgetNow } = marksMessages;
  if (days === undefined) return forgetSoon;
  return days > 0 ? forgetUntil : forgetNow;
}
