/** The backups, a row each. */

import { Table, type TableColumnsType } from "antd";
import { type IntlShape, useIntl } from "react-intl";
import type { Backup } from "../conat-api/index.js";
import { BackupTitle } from "./backup-title.js";
import { formatBytes, formatDuration, triggerWords } from "./format.js";
import { listMessages } from "./messages.js";
import { RowActions, type RowActionsProps } from "./row-actions.js";
import { Warnings } from "./warnings.js";

export interface BackupsProps extends RowActionsProps {
  backups: Backup[];
  account_id: string;
  now: number;
}

export function BackupTable(props: BackupsProps) {
  const intl = useIntl();
  return (
    <Table
      size="small"
      rowKey="backup_id"
      dataSource={props.backups}
      columns={columns(intl, props)}
      pagination={false}
      scroll={{ x: "max-content" }}
    />
  );
}

function columns(
  intl: IntlShape,
  props: BackupsProps,
): TableColumnsType<Backup> {
  const { account_id, now } = props;
  const title = (name: keyof typeof listMessages) =>
    intl.formatMessage(listMessages[name]);
  return [
    {
      title: title("backup"),
      key: "backup",
      render: (_, backup) => <BackupTitle {...{ backup, now }} />,
    },
    {
      title: title("size"),
      key: "size",
      align: "end",
      render: (_, { size_bytes }) => formatBytes(intl, size_bytes),
    },
    {
      title: title("added"),
      key: "added",
      align: "end",
      render: (_, { added_bytes }) => formatBytes(intl, added_bytes),
    },
    {
      title: title("duration"),
      key: "duration",
      align: "end",
      render: (_, { duration_ms }) => formatDuration(intl, duration_ms),
    },
    {
      title: title("trigger"),
      key: "trigger",
      render: (_, backup) =>
        intl.formatMessage(triggerWords(backup, account_id)),
    },
    {
      title: title("warnings"),
      key: "warnings",
      render: (_, backup) => <Warnings {...backup} />,
    },
    {
      onHeaderCell: () => ({ "aria-label": title("actions") }),
      key: "actions",
      align: "end",
      render: (_, backup) => <RowActions {...props} backup={backup} />,
    },
  ];
}
