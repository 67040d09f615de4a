/** The backups where there is no room for a table. */

import { Divider, Flex } from "antd";
import { useIntl } from "react-intl";
import type { Backup } from "../conat-api/index.js";
import { BackupTitle } from "./backup-title.js";
import type { BackupsProps } from "./backup-table.js";
import { formatBytes, triggerWords } from "./format.js";
import { listMessages } from "./messages.js";
import { RowActions } from "./row-actions.js";
import { Secondary } from "./secondary.js";
import { Warnings } from "./warnings.js";

export function BackupStack({ backups, ...props }: BackupsProps) {
  return (
    <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
      {backups.map((backup) => (
        <li key={backup.backup_id}>
          <StackedBackup {...props} backup={backup} />
          <Divider style={{ margin: "8px 0" }} />
        </li>
      ))}
    </ul>
  );
}

type StackedProps = Omit<BackupsProps, "backups"> & { backup: Backup };

function StackedBackup(props: StackedProps) {
  const { backup, account_id, now } = props;
  const intl = useIntl();
  const { added_bytes } = backup;
  const size = formatBytes(intl, added_bytes);
  const facts = [
    backup.size_bytes !== null && formatBytes(intl, backup.size_bytes),
    added_bytes !== null &&
      intl.formatMessage(listMessages.addedSize, { size }),
    intl.formatMessage(triggerWords(backup, account_id)),
  ];
  return (
    <Flex justify="space-between" align="center" gap="small">
      <Flex vertical align="start">
        <BackupTitle {...{ backup, now }} />
        <Secondary>{facts.filter(Boolean).join(" · ")}</Secondary>
        {(backup.warnings_count ?? 0) > 0 && <Warnings {...backup} />}
      </Flex>
      <RowActions {...props} />
    </Flex>
  );
}
