/** What an owner makes of a backup. */

import {
  DeleteOutlined,
  EditOutlined,
  MoreOutlined,
  PushpinOutlined,
} from "@ant-design/icons";
import { Dropdown, type MenuProps } from "antd";
import { type IntlShape, useIntl } from "react-intl";
import type { Backup } from "../conat-api/index.js";
import { formatInstant } from "./format.js";
import { HeldButton } from "./held-button.js";
import { marksMessages } from "./messages.js";
import type { RowActionsProps } from "./row-actions.js";

type BackupMenuProps = Omit<RowActionsProps, "owner" | "disabled"> & {
  backup: Backup;
};

export function BackupMenu({ backup, verbs, stale, busy }: BackupMenuProps) {
  const intl = useIntl();
  const time = formatInstant(intl, backup.time);
  const { pin, forget, rename } = busy;
  const loading = [pin, forget, rename].includes(backup.backup_id);
  const onClick: MenuProps["onClick"] = ({ key }) =>
    verbs[key as "onPin" | "onRename" | "onForget"](backup);
  return (
    <Dropdown
      trigger={["click"]}
      disabled={stale || loading}
      autoFocus
      menu={{ items: items(intl, backup), onClick }}
    >
      <HeldButton
        size="small"
        type="text"
        icon={<MoreOutlined aria-hidden />}
        held={stale}
        loading={loading}
        aria-haspopup="menu"
        aria-label={intl.formatMessage(marksMessages.more, { time })}
      />
    </Dropdown>
  );
}

function items(
  intl: IntlShape,
  { pinned }: Backup,
): NonNullable<MenuProps["items"]> {
  const label = (name: keyof typeof marksMessages) =>
    intl.formatMessage(marksMessages[name]);
  return [
    {
      key: "onPin",
      icon: <PushpinOutlined aria-hidden />,
      label: label(pinned ? "unpin" : "pin"),
    },
    {
      key: "onRename",
      icon: <EditOutlined aria-hidden />,
      label: label("rename"),
    },
    {
      key: "onForget",
      danger: true,
      disabled: pinned,
      icon: <DeleteOutlined aria-hidden />,
      label: label(pinned ? "forgetPinned" : "forget"),
    },
  ];
}
