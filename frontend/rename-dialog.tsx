/** Name and note of a backup. */

import { Flex, Input, Modal } from "antd";
import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { Field } from "./field.js";
import type { ModalParts } from "./forget-dialog.js";
import { formatInstant } from "./format.js";
import type { BackupChange } from "./mark-actions.js";
import { marksMessages } from "./messages.js";
import { Refusal } from "./refusal.js";

interface RenameDialogProps extends ModalParts {
  onSave: (change: BackupChange) => void;
}

export function RenameDialog(props: RenameDialogProps) {
  const { backup, open, asking, refusal, onSave, onClose } = props;
  const [name, setName] = useState(backup.name ?? "");
  const [note, setNote] = useState(backup.note ?? "");
  const save = () =>
    onSave({ name: name.trim() || null, note: note.trim() || null });
  return (
    <Modal
      open={open}
      title={<FormattedMessage {...marksMessages.renameTitle} />}
      okText={<FormattedMessage {...marksMessages.save} />}
      cancelText={<FormattedMessage {...marksMessages.leave} />}
      okButtonProps={{ loading: asking }}
      onOk={save}
      onCancel={onClose}
      afterClose={props.afterClose}
      destroyOnHidden
    >
      <Flex vertical gap="small">
        <Which {...props} />
        <Field label={marksMessages.name}>
          {(parts) => (
            <Input
              {...parts}
              autoFocus
              maxLength={200}
              value={name}
              onChange={({ target }) => setName(target.value)}
              onPressEnter={save}
            />
          )}
        </Field>
        <Field label={marksMessages.note}>
          {(parts) => (
            <Input.TextArea
              {...parts}
              maxLength={4000}
              rows={4}
              value={note}
              onChange={({ target }) => setNote(target.value)}
            />
          )}
        </Field>
      </Flex>
      <Refusal action="rename" sentence={refusal} />
    </Modal>
  );
}

function Which({ backup }: RenameDialogProps) {
  const intl = useIntl();
  const time = formatInstant(intl, backup.time);
  return (
    <div>
      <FormattedMessage {...marksMessages.renameLead} values={{ time }} />
    </div>
  );
}
