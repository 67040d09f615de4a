/** How well the project is protected, and the button to do it now. */

import {
  CheckCircleOutlined,
  CloseCircleOutlined,
  CloudUploadOutlined,
  ExclamationCircleOutlined,
  MinusCircleOutlined,
} from "@ant-design/icons";
import { Button, Flex, Tag, Typography } from "antd";
import type { ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Health, Status } from "../conat-api/index.js";
import {
  formatBytes,
  healthSentence,
  healthTones,
  healthWords,
  say,
} from "./format.js";
import { statusMessages } from "./messages.js";
import { Ago, Due } from "./time.js";

const { Text } = Typography;

interface HealthProps {
  status: Status;
  now: number;
  /** A backup waits already. */
  asked: boolean;
  asking: boolean;
  disabled: boolean;
  onStart: () => void;
}

export function HealthSummary(props: HealthProps) {
  const { status, now, asked, asking, disabled, onStart } = props;
  const label = asked ? statusMessages.alreadyAsked : statusMessages.backUpNow;
  return (
    <Flex justify="space-between" align="start" gap="middle" wrap>
      <Flex vertical gap={4} style={{ flex: "1 1 16em", minWidth: 0 }}>
        <Headline status={status} now={now} />
        <Details status={status} now={now} />
      </Flex>
      <Button
        type="primary"
        icon={<CloudUploadOutlined aria-hidden />}
        loading={asking}
        disabled={disabled || asked}
        onClick={onStart}
      >
        <FormattedMessage {...label} />
      </Button>
    </Flex>
  );
}

function Headline({ status, now }: { status: Status; now: number }) {
  const intl = useIntl();
  const { last_backup, health } = status;
  const words = healthWords[health];
  const word = intl.formatMessage(words);
  return (
    <Flex align="center" gap="small" wrap>
      <Tag
        color={healthTones[health]}
        icon={healthIcons[health]}
        aria-label={intl.formatMessage(statusMessages.health, { word })}
        role="img"
      >
        {word}
      </Tag>
      <Text strong style={{ fontSize: "1.1em" }}>
        {last_backup ? (
          <FormattedMessage
            {...statusMessages.lastBackup}
            values={{
              when: <Ago key="when" at={last_backup.time} now={now} />,
            }}
          />
        ) : (
          <FormattedMessage {...statusMessages.noBackup} />
        )}
      </Text>
      {last_backup && <Size backup={last_backup} />}
    </Flex>
  );
}

function Size({ backup }: { backup: NonNullable<Status["last_backup"]> }) {
  const intl = useIntl();
  const { size_bytes, files } = backup;
  if (size_bytes === null) return null;
  const size = formatBytes(intl, size_bytes);
  return (
    <Text type="secondary">
      {files === null
        ? size
        : intl.formatMessage(statusMessages.size, { size, files })}
    </Text>
  );
}

function Details({ status, now }: { status: Status; now: number }) {
  const intl = useIntl();
  const { last_attempt, next_due_at } = status;
  return (
    <Text type="secondary">
      {say(intl, healthSentence(status))}{" "}
      {last_attempt?.state === "cancelled" && last_attempt.finished_at && (
        <FormattedMessage
          {...statusMessages.lastCancelled}
          values={{
            when: <Ago key="when" at={last_attempt.finished_at} now={now} />,
          }}
        />
      )}{" "}
      {next_due_at !== null && (
        <FormattedMessage
          {...statusMessages.nextDue}
          values={{ when: <Due key="when" at={next_due_at} now={now} /> }}
        />
      )}
    </Text>
  );
}

/** Colour is never the only sign. */
const healthIcons: Record<Health, ReactNode> = {
  ok: <CheckCircleOutlined aria-hidden />,
  warning: <ExclamationCircleOutlined aria-hidden />,
  failing: <CloseCircleOutlined aria-hidden />,
  never: <MinusCircleOutlined aria-hidden />,
};
