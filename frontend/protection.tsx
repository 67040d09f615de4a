/** What no backup holds yet, what will be backed up, and is it whole? */

import {
  ClockCircleOutlined,
  PauseCircleOutlined,
  SafetyCertificateOutlined,
  WarningOutlined,
} from "@ant-design/icons";
import { Flex, Typography } from "antd";
import type { ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Status, Unprotected } from "../conat-api/index.js";
import { say, unprotectedSentence } from "./format.js";
import { statusMessages } from "./messages.js";
import { Secondary } from "./secondary.js";
import { Ago } from "./time.js";

interface ProtectionProps {
  status: Status;
  now: number;
}

export function Protection({ status, now }: ProtectionProps) {
  const { scheduled, unprotected, repository } = status;
  return (
    <>
      {!scheduled && (
        <Line icon={<PauseCircleOutlined aria-hidden />}>
          <Typography.Text strong>
            <FormattedMessage {...statusMessages.off} />
          </Typography.Text>
        </Line>
      )}
      {unprotected && (
        <Line icon={<ClockCircleOutlined aria-hidden />}>
          <Unsaved {...{ unprotected, now }} />
        </Line>
      )}
      {repository && repository.checked_at !== null && (
        <Checked
          at={repository.checked_at}
          {...{ damaged: repository.damaged, now }}
        />
      )}
    </>
  );
}

type CheckedProps = { at: number; damaged: boolean; now: number };

function Checked({ at, damaged, now }: CheckedProps) {
  const { checkedClean, checkedDamaged } = statusMessages;
  const Icon = damaged ? WarningOutlined : SafetyCertificateOutlined;
  return (
    <Line icon={<Icon aria-hidden />}>
      <Secondary>
        <FormattedMessage
          {...(damaged ? checkedDamaged : checkedClean)}
          values={{ when: <Ago key="when" at={at} now={now} /> }}
        />
      </Secondary>
    </Line>
  );
}

function Line({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <Flex gap={6} align="baseline">
      {icon}
      <span>{children}</span>
    </Flex>
  );
}

type UnsavedProps = { unprotected: Unprotected; now: number };

function Unsaved({ unprotected, now }: UnsavedProps) {
  const intl = useIntl();
  const { counted_at, changes } = unprotected;
  const counted = changes !== null && counted_at !== null && (
    <Secondary>
      {" ("}
      <FormattedMessage
        {...statusMessages.countedAt}
        values={{ when: <Ago key="when" at={counted_at} now={now} /> }}
      />
      {")"}
    </Secondary>
  );
  return (
    <>
      {say(intl, unprotectedSentence(intl, unprotected, now))}
      {counted}.
    </>
  );
}
