/** How many warnings a backup has; a click lists them. */

import { WarningOutlined } from "@ant-design/icons";
import { Button, Popover, Typography } from "antd";
import { FormattedMessage } from "react-intl";
import type { Backup } from "../conat-api/index.js";
import { listMessages } from "./messages.js";
import { Secondary } from "./secondary.js";

const { Text } = Typography;

type Warned = Pick<Backup, "warnings_count" | "warnings">;

export function Warnings({ warnings_count, warnings }: Warned) {
  if (warnings_count === null) {
    return (
      <Secondary>
        <FormattedMessage {...listMessages.notKnown} />
      </Secondary>
    );
  }
  if (warnings_count === 0) {
    return (
      <Secondary>
        <FormattedMessage {...listMessages.noWarnings} />
      </Secondary>
    );
  }
  return (
    <Popover
      trigger="click"
      title={<FormattedMessage {...listMessages.warningTitle} />}
      content={<WarningList {...{ warnings_count, warnings }} />}
    >
      <Button
        type="link"
        size="small"
        icon={<WarningOutlined aria-hidden />}
        style={{ padding: 0 }}
        aria-haspopup="dialog"
      >
        <FormattedMessage
          {...listMessages.warningCount}
          values={{ count: warnings_count }}
        />
      </Button>
    </Popover>
  );
}

export function WarningList({ warnings_count, warnings }: Warned) {
  const more = (warnings_count ?? 0) - warnings.length;
  return (
    <ul
      style={{
        maxHeight: "40vh",
        maxWidth: "32em",
        overflow: "auto",
        margin: 0,
        paddingInlineStart: "1.2em",
      }}
    >
      {warnings.map(({ path, message }, index) => (
        <li key={index} style={{ overflowWrap: "anywhere" }}>
          {path !== undefined && <Text code>{path}</Text>} {message}
        </li>
      ))}
      {more > 0 && (
        <li>
          <FormattedMessage
            {...listMessages.moreWarnings}
            values={{ count: more }}
          />
        </li>
      )}
    </ul>
  );
}
