/** Says exactly what a restore in place does, and wants a tick before it. */

import { Checkbox, Modal, Typography } from "antd";
import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Backup } from "../conat-api/index.js";
import { formatAgo, formatInstant, type Sentence } from "./format.js";
import { panelMessages, restoreMessages } from "./messages.js";
import { Refusal } from "./refusal.js";

const { Paragraph, Text } = Typography;

export interface RestoreDialogProps {
  backup: Backup;
  /** Of the project; empty where it has none. */
  title: string;
  open: boolean;
  now: number;
  disabled: boolean;
  asking: boolean;
  refusal: Sentence | undefined;
  onConfirm: () => void;
  onClose: () => void;
  afterClose: () => void;
}

export function RestoreDialog(props: RestoreDialogProps) {
  const { open, disabled, asking, refusal, onConfirm, onClose } = props;
  const [agreed, setAgreed] = useState(false);
  return (
    <Modal
      open={open}
      title={<FormattedMessage {...restoreMessages.title} />}
      okText={<FormattedMessage {...restoreMessages.ok} />}
      cancelText={
        // Nothing can no longer be promised.
        <FormattedMessage
          {...(asking ? panelMessages.close : restoreMessages.cancel)}
        />
      }
      // Not `confirmLoading`: the dialog could not be left.
      okButtonProps={{
        danger: true,
        disabled: !agreed || disabled,
        loading: asking,
      }}
      onOk={onConfirm}
      onCancel={onClose}
      afterClose={props.afterClose}
      destroyOnHidden
    >
      <WhatHappens {...props} />
      <Checkbox
        checked={agreed}
        onChange={({ target }) => setAgreed(target.checked)}
      >
        <FormattedMessage {...restoreMessages.agree} />
      </Checkbox>
      <Refusal action="restore" sentence={refusal} />
    </Modal>
  );
}

function WhatHappens({ backup, title, now }: RestoreDialogProps) {
  const intl = useIntl();
  const values = {
    title: (
      <Text key="title" strong>
        {title || intl.formatMessage(restoreMessages.thisProject)}
      </Text>
    ),
    time: (
      <Text key="time" strong>
        {formatInstant(intl, backup.time)}
      </Text>
    ),
    ago: formatAgo(intl, backup.time, now),
  };
  const count = backup.warnings_count ?? 0;
  const { whole, stop, kept, safe } = restoreMessages;
  return (
    <>
      <Paragraph>
        <FormattedMessage {...restoreMessages.lead} values={values} />
      </Paragraph>
      <ul style={{ paddingInlineStart: "1.4em" }}>
        {[whole, stop, kept, safe].map((message) => (
          <li key={message.id} style={{ marginBottom: 6 }}>
            <FormattedMessage {...message} />
          </li>
        ))}
        {count > 0 && (
          <li style={{ marginBottom: 6 }}>
            <FormattedMessage
              {...restoreMessages.warnings}
              values={{ count }}
            />
          </li>
        )}
      </ul>
    </>
  );
}
