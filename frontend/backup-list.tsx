/** All backups: how fresh the list is, its rows, and the way to older ones. */

import { ReloadOutlined } from "@ant-design/icons";
import { Empty, Flex, Typography } from "antd";
import { FormattedMessage } from "react-intl";
import type { Output } from "../conat-api/index.js";
import { BackupStack } from "./backup-stack.js";
import { type BackupsProps, BackupTable } from "./backup-table.js";
import { HeldButton } from "./held-button.js";
import { listMessages } from "./messages.js";
import { QuietAlert } from "./quiet-alert.js";
import { Secondary } from "./secondary.js";
import { Ago } from "./time.js";

const { Text, Title } = Typography;

interface BackupListProps extends Omit<BackupsProps, "backups"> {
  list: Output<"list">;
  /** How many of them are shown. */
  shown: number;
  older: boolean;
  narrow: boolean;
  /** The host does not answer. */
  stale: boolean;
  readingOlder: boolean;
  onRefresh: () => void;
  onShowOlder: () => void;
}

export function BackupList(props: BackupListProps) {
  const { list, shown, older, narrow, stale, readingOlder } = props;
  const { as_of, read_error } = list;
  const backups = list.backups.slice(0, shown);
  const Rows = narrow ? BackupStack : BackupTable;
  return (
    <section>
      <ListHeading {...props} />
      {read_error !== null && <Incomplete why={read_error} />}
      {backups.length === 0 ? (
        <NoBackups read={as_of !== null && read_error === null} />
      ) : (
        <Rows {...props} backups={backups} />
      )}
      {older && (
        <Flex justify="center" style={{ marginTop: 8 }}>
          <HeldButton
            type="link"
            loading={readingOlder}
            held={stale}
            onClick={props.onShowOlder}
          >
            <FormattedMessage {...listMessages.older} />
          </HeldButton>
        </Flex>
      )}
    </section>
  );
}

function ListHeading({ list, now, stale, onRefresh }: BackupListProps) {
  const { as_of } = list;
  const refreshing = list.refreshing && !stale;
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
        <Secondary>
          {as_of === null ? (
            <FormattedMessage {...listMessages.neverRead} />
          ) : (
            <FormattedMessage
              {...listMessages.asOf}
              values={{ when: <Ago key="when" at={as_of} now={now} /> }}
            />
          )}
        </Secondary>
      </Flex>
      <HeldButton
        type="text"
        size="small"
        icon={<ReloadOutlined aria-hidden />}
        loading={refreshing}
        held={stale}
        onClick={onRefresh}
      >
        <FormattedMessage
          {...(refreshing ? listMessages.refreshing : listMessages.refresh)}
        />
      </HeldButton>
    </Flex>
  );
}

function Incomplete({ why }: { why: string }) {
  return (
    <QuietAlert
      type="warning"
      style={{ marginBlockEnd: 8 }}
      title={<FormattedMessage {...listMessages.incomplete} values={{ why }} />}
    />
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
          <Secondary style={{ maxWidth: "34em" }}>
            <FormattedMessage {...help} />
          </Secondary>
        </Flex>
      }
    />
  );
}
