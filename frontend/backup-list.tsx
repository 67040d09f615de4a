/** All backups: how fresh the list is, its rows, and the way to older ones. */

import { ReloadOutlined } from "@ant-design/icons";
import { Button, Empty, Flex, Typography } from "antd";
import { FormattedMessage } from "react-intl";
import type { Output } from "../conat-api/index.js";
import { BackupStack } from "./backup-stack.js";
import { type BackupsProps, BackupTable } from "./backup-table.js";
import { listMessages } from "./messages.js";
import { Ago } from "./time.js";

const { Text, Title } = Typography;

interface BackupListProps extends Omit<BackupsProps, "backups"> {
  list: Output<"list">;
  narrow: boolean;
  /** The host does not answer. */
  stale: boolean;
  readingOlder: boolean;
  onRefresh: () => void;
  onShowOlder: () => void;
}

export function BackupList(props: BackupListProps) {
  const { list, narrow, stale, readingOlder, onShowOlder } = props;
  const { backups, cursor } = list;
  const Rows = narrow ? BackupStack : BackupTable;
  return (
    <section>
      <ListHeading {...props} />
      {backups.length === 0 ? (
        <NoBackups read={list.as_of !== null} />
      ) : (
        <Rows {...props} backups={backups} />
      )}
      {cursor !== null && (
        <Flex justify="center" style={{ marginTop: 8 }}>
          <Button
            type="link"
            loading={readingOlder}
            disabled={stale}
            onClick={onShowOlder}
          >
            <FormattedMessage {...listMessages.older} />
          </Button>
        </Flex>
      )}
    </section>
  );
}

function ListHeading({ list, now, stale, onRefresh }: BackupListProps) {
  const { as_of, refreshing } = list;
  return (
    <Flex
      justify="space-between"
      align="center"
      gap="small"
      style={{ marginBlockEnd: 8 }}
    >
      <Flex align="baseline" gap="small" wrap>
        <Title level={5} style={{ margin: 0 }}>
          <FormattedMessage {...listMessages.heading} />
        </Title>
        <Text type="secondary">
          {as_of === null ? (
            <FormattedMessage {...listMessages.neverRead} />
          ) : (
            <FormattedMessage
              {...listMessages.asOf}
              values={{ when: <Ago key="when" at={as_of} now={now} /> }}
            />
          )}
        </Text>
      </Flex>
      <Button
        type="text"
        size="small"
        icon={<ReloadOutlined aria-hidden />}
        loading={refreshing}
        disabled={stale}
        onClick={onRefresh}
      >
        <FormattedMessage
          {...(refreshing ? listMessages.refreshing : listMessages.refresh)}
        />
      </Button>
    </Flex>
  );
}

/** A list that nobody has read is no empty list. */
function NoBackups({ read }: { read: boolean }) {
  const title = read ? listMessages.empty : listMessages.unreadEmpty;
  const help = read ? listMessages.emptyHelp : listMessages.unreadHelp;
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={
        <Flex vertical align="center" gap={4}>
          <Text strong>
            <FormattedMessage {...title} />
          </Text>
          <Text type="secondary" style={{ maxWidth: "34em" }}>
            <FormattedMessage {...help} />
          </Text>
        </Flex>
      }
    />
  );
}
