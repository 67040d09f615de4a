/** What a backup is called, and what there is to know of it. */

import {
  FileTextOutlined,
  PushpinFilled,
  QuestionCircleOutlined,
} from "@ant-design/icons";
import { Flex, theme, Typography } from "antd";
import { FormattedMessage, useIntl } from "react-intl";
import type { Backup } from "../conat-api/index.js";
import { marksMessages } from "./messages.js";
import { Popped } from "./popped.js";
import { Secondary } from "./secondary.js";
import { Ago } from "./time.js";

interface TitleProps {
  backup: Backup;
  now: number;
}

export function BackupTitle({ backup, now }: TitleProps) {
  const { name, note, time, pinned, unproven, forgotten_at } = backup;
  const when = <Ago at={time} now={now} />;
  return (
    <Flex vertical align="start">
      <Flex gap={6} align="baseline">
        {pinned && <Pin />}
        {name === null ? when : <Name>{name}</Name>}
      </Flex>
      {name !== null && <Secondary>{when}</Secondary>}
      {forgotten_at !== null && (
        <Secondary>
          <FormattedMessage
            {...marksMessages.forgottenAt}
            values={{ when: <Ago key="when" at={forgotten_at} now={now} /> }}
          />
        </Secondary>
      )}
      {unproven && <Unproven />}
      {note !== null && <Note>{note}</Note>}
    </Flex>
  );
}

function Pin() {
  const intl = useIntl();
  const { token } = theme.useToken();
  const label = intl.formatMessage(marksMessages.pinned);
  return (
    <span role="img" aria-label={label} title={label}>
      <PushpinFilled aria-hidden style={{ color: token.colorPrimary }} />
    </span>
  );
}

function Name({ children }: { children: string }) {
  return (
    <Typography.Text
      strong
      style={{
        maxWidth: "22em",
        overflowWrap: "anywhere",
        whiteSpace: "normal",
      }}
    >
      {children}
    </Typography.Text>
  );
}

function Unproven() {
  return (
    <Popped
      icon={<QuestionCircleOutlined aria-hidden />}
      label={<FormattedMessage {...marksMessages.unproven} />}
      title={<FormattedMessage {...marksMessages.unprovenTitle} />}
    >
      <div style={{ maxWidth: "28em" }}>
        <FormattedMessage {...marksMessages.unprovenHelp} />
      </div>
    </Popped>
  );
}

function Note({ children }: { children: string }) {
  return (
    <Popped
      icon={<FileTextOutlined aria-hidden />}
      label={<FormattedMessage {...marksMessages.note} />}
      title={<FormattedMessage {...marksMessages.note} />}
    >
      <div style={noteStyle}>{children}</div>
    </Popped>
  );
}

const noteStyle = {
  maxWidth: "32em",
  maxHeight: "40vh",
  overflow: "auto",
  whiteSpace: "pre-wrap",
  overflowWrap: "anywhere",
} as const;
