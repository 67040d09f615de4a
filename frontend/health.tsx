/** How well the project is protected, and the button to do it now. */

import {
  CheckCircleOutlined,
  CloseCircleOutlined,
  CloudUploadOutlined,
  ExclamationCircleOutlined,
  MinusCircleOutlined,
  QuestionCircleOutlined,
} from "@ant-design/icons";
import { Button, Flex, Tag, theme, Typography } from "antd";
import type { ReactNode, RefObject } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Health, Status } from "../conat-api/index.js";
import {
  formatBytes,
  datedAttempt,
  healthSentence,
  healthTones,
  healthWords,
  say,
} from "./format.js";
import { HeldButton } from "./held-button.js";
import { policyMessages, statusMessages } from "./messages.js";
import { Protection } from "./protection.js";
import { Secondary } from "./secondary.js";
import { Ago, Due } from "./time.js";

const { Text } = Typography;

interface HealthProps {
  status: Status;
  now: number;
  /** A backup waits already. */
  asked: boolean;
  asking: boolean;
  /** The host does not answer. */
  stale: boolean;
  /** Takes the focus of what is gone. */
  place: RefObject<HTMLDivElement | null>;
  onStart: () => void;
  onPolicy: () => void;
}

export function HealthSummary(props: HealthProps) {
  const { place } = props;
  return (
    <Flex justify="space-between" align="start" gap="middle" wrap>
      <Flex
        vertical
        gap={4}
        ref={place}
        tabIndex={-1}
        style={{ flex: "1 1 16em", minWidth: 0, outline: "none" }}
      >
        <Headline {...props} />
        <Details {...props} />
        <Protection {...props} />
      </Flex>
      <Buttons {...props} />
    </Flex>
  );
}

function Buttons(props: HealthProps) {
  const { asked, asking, stale, onStart, onPolicy } = props;
  const label = asked ? statusMessages.alreadyAsked : statusMessages.backUpNow;
  return (
    <Flex gap="small" wrap>
      <Button aria-haspopup="dialog" onClick={onPolicy}>
        <FormattedMessage {...policyMessages.open} />
      </Button>
      <HeldButton
        type="primary"
        icon={<CloudUploadOutlined aria-hidden />}
        loading={asking}
        held={stale || asked}
        onClick={onStart}
      >
        <FormattedMessage {...label} />
      </HeldButton>
    </Flex>
  );
}

type Facts = Pick<HealthProps, "status" | "now" | "stale">;

function Headline({ status, now, stale }: Facts) {
  const { last_backup, health } = status;
  return (
    <Flex align="center" gap="small" wrap>
      <HealthTag health={stale ? undefined : health} />
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

/** undefined: nobody knows how it is by now. */
function HealthTag({ health }: { health: Health | undefined }) {
  const intl = useIntl();
  const { token } = theme.useToken();
  const words = health ? healthWords[health] : statusMessages.unknown;
  const word = intl.formatMessage(words);
  return (
    <Tag
      color={health ? healthTones[health] : "default"}
      icon={
        health ? healthIcons[health] : <QuestionCircleOutlined aria-hidden />
      }
      aria-label={intl.formatMessage(statusMessages.health, { word })}
      role="img"
      // The tone's own colour is too pale to be read on its background.
      style={{ color: token.colorText }}
    >
      {word}
    </Tag>
  );
}

function Size({ backup }: { backup: NonNullable<Status["last_backup"]> }) {
  const intl = useIntl();
  const { size_bytes, files } = backup;
  if (size_bytes === null) return null;
  const size = formatBytes(intl, size_bytes);
  return (
    <Secondary>
      {files === null
        ? size
        : intl.formatMessage(statusMessages.size, { size, files })}
    </Secondary>
  );
}

function Details({ status, now }: Facts) {
  const { next_due_at } = status;
  return (
    <Secondary>
      <LastAttempt status={status} now={now} />{" "}
      {next_due_at !== null && (
        <FormattedMessage
          {...statusMessages.nextDue}
          values={{ when: <Due key="when" at={next_due_at} now={now} /> }}
        />
      )}
    </Secondary>
  );
}

function LastAttempt({ status, now }: Omit<Facts, "stale">) {
  const intl = useIntl();
  const dated = datedAttempt(status);
  if (!dated) return say(intl, healthSentence(status));
  const { message, at } = dated;
  return (
    <FormattedMessage
      {...message}
      values={{ when: <Ago key="when" at={at} now={now} /> }}
    />
  );
}

/** Colour is never the only sign. */
const healthIcons: Record<Health, ReactNode> = {
  ok: <CheckCircleOutlined aria-hidden />,
  warning: <ExclamationCircleOutlined aria-hidden />,
  failing: <CloseCircleOutlined aria-hidden />,
  never: <MinusCircleOutlined aria-hidden />,
};
