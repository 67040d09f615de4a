/** How many warnings a backup has; a click lists them. */

import { WarningOutlined } from "@ant-design/icons";
import { Typography } from "antd";
import { FormattedMessage } from "react-intl";
import type { Backup } from "../conat-api/index.js";
import { listMessages } from "./messages.js";
import { Popped } from "./popped.js";
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
    <Popped
      icon={<WarningOutlined aria-hidden />}
      title={<FormattedMessage {...listMessages.warningTitle} />}
      label={
        <FormattedMessage
          {...listMessages.warningCount}
          values={{ count: warnings_count }}
        />
      }
    >
      <WarningList {...{ warnings_count, warnings }} />
    </Popped>
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
