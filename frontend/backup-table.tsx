/** The backups, a row each. */

import { Table, type TableColumnsType } from "antd";
import { type IntlShape, useIntl } from "react-intl";
import type { Backup } from "../conat-api/index.js";
import { formatBytes, formatDuration, triggerWords } from "./format.js";
import { listMessages } from "./messages.js";
import { RestoreButton } from "./restore-button.js";
import { Ago } from "./time.js";
import { Warnings } from "./warnings.js";

export interface BackupsProps {
  backups: Backup[];
  account_id: string;
  now: number;
  /** No restore can be asked for now. */
  disabled: boolean;
  onRestore: (backup: Backup) => void;
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
  { account_id, now, disabled, onRestore }: BackupsProps,
): TableColumnsType<Backup> {
  const title = (name: keyof typeof listMessages) =>
    intl.formatMessage(listMessages[name]);
  return [
    {
      title: title("time"),
      key: "time",
      render: (_, { time }) => <Ago at={time} now={now} />,
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
      render: (_, backup) => (
        <RestoreButton {...{ backup, disabled, onRestore }} />
      ),
    },
  ];
}
