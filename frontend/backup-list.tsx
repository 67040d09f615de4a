/** All backups: how fresh the list is, its rows, and the way to older ones. */

import { ReloadOutlined } from "@ant-design/icons";
import { Empty, Flex, Switch, Typography } from "antd";
import { useId } from "react";
import { FormattedMessage } from "react-intl";
import type { Backup, Output } from "../conat-api/index.js";
import { BackupStack } from "./backup-stack.js";
import { type BackupsProps, BackupTable } from "./backup-table.js";
import { HeldButton } from "./held-button.js";
import { listMessages, marksMessages } from "./messages.js";
import { QuietAlert } from "./quiet-alert.js";
import { Secondary } from "./secondary.js";
import { Ago } from "./time.js";

const { Text, Title } = Typography;

interface BackupListProps extends BackupsProps {
  list: Output<"list">;
  /** Those of the list that are shown. */
  backups: Backup[];
  /** Forgotten ones are shown, too. */
  forgotten: boolean;
  older: boolean;
  narrow: boolean;
  onRefresh: () => void;
  onShowOlder: () => void;
  onShowForgotten: (shown: boolean) => void;
}

export function BackupList(props: BackupListProps) {
  const { list, backups, older, narrow, owner } = props;
  const { as_of, read_error } = list;
  const Rows = narrow ? BackupStack : BackupTable;
  return (
    <section>
      <ListHeading {...props} />
      {read_error !== null && <Incomplete why={read_error} />}
      {backups.length === 0 ? (
        <NoBackups read={as_of !== null && read_error === null} />
      ) : (
        <Rows {...props} />
      )}
      {older && <ShowOlder {...props} />}
      <Forgotten {...props} />
      {!owner && (
        <Secondary>
          <FormattedMessage {...marksMessages.ownerOnly} />
        </Secondary>
      )}
    </section>
  );
}

function ShowOlder({ stale, busy, onShowOlder }: BackupListProps) {
  return (
    <Flex justify="center" style={{ marginTop: 8 }}>
      <HeldButton
        type="link"
        loading={busy.older !== undefined}
        held={stale}
        onClick={onShowOlder}
      >
        <FormattedMessage {...listMessages.older} />
      </HeldButton>
    </Flex>
  );
}

function Forgotten(props: BackupListProps) {
  const { backups, forgotten, older, stale, busy, onShowForgotten } = props;
  const id = useId();
  const reading = busy.forgotten !== undefined;
  const none = backups.every(({ forgotten_at }) => forgotten_at === null);
  return (
    <Flex gap="small" align="center" wrap style={{ marginBlock: 8 }}>
      <Switch
        id={id}
        size="small"
        checked={forgotten}
        disabled={stale}
        loading={reading}
        onChange={onShowForgotten}
      />
      <label htmlFor={id}>
        <FormattedMessage {...marksMessages.showForgotten} />
      </label>
      {forgotten && none && !reading && !older && (
        <Secondary>
          <FormattedMessage {...marksMessages.noneForgotten} />
        </Secondary>
      )}
    </Flex>
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
