/** Asks once more before a restore is cancelled. */

import { Modal } from "antd";
import { FormattedMessage } from "react-intl";
import { jobMessages } from "./messages.js";

interface DialogProps {
  open: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

export function CancelRestoreDialog(props: DialogProps) {
  const { open, onConfirm, onClose } = props;
  return (
    <Modal
      open={open}
      title={<FormattedMessage {...jobMessages.cancelTitle} />}
      okText={<FormattedMessage {...jobMessages.cancelOk} />}
      cancelText={<FormattedMessage {...jobMessages.cancelKeep} />}
      okButtonProps={{ danger: true }}
      onOk={onConfirm}
      onCancel={onClose}
      destroyOnHidden
    >
      <FormattedMessage {...jobMessages.cancelBody} />
    </Modal>
  );
}
