/** What is there to see when there are no backups to show. */

import { LockOutlined, ReloadOutlined } from "@ant-design/icons";
import { Alert, Button, Skeleton } from "antd";
import { FormattedMessage, useIntl } from "react-intl";
import { type Sentence, say } from "./format.js";
import { panelMessages } from "./messages.js";
import { QuietAlert } from "./quiet-alert.js";
import { Ago } from "./time.js";

/** Never to be mistaken for "no backups". */
export function LoadingView() {
  const intl = useIntl();
  const label = intl.formatMessage(panelMessages.loading);
  return (
    <div role="status" aria-busy="true" aria-label={label}>
      <Skeleton active title={{ width: "35%" }} paragraph={{ rows: 4 }} />
    </div>
  );
}

export function DeniedView({ sentence }: { sentence: Sentence }) {
  const intl = useIntl();
  return (
    <Alert
      type="info"
      role="status"
      showIcon
      icon={<LockOutlined aria-hidden />}
      title={say(intl, sentence)}
    />
  );
}

interface TroubleProps {
  sentence: Sentence;
  /** When what is still shown was read; undefined: nothing is. */
  readAt: number | undefined;
  now: number;
  onTryAgain: () => void;
}

export function TroubleAlert(props: TroubleProps) {
  const { sentence, readAt, now, onTryAgain } = props;
  const intl = useIntl();
  const { unreachable, stale } = panelMessages;
  const when = readAt !== undefined && (
    <FormattedMessage
      {...panelMessages.readAt}
      values={{ when: <Ago key="when" at={readAt} now={now} /> }}
    />
  );
  const retrying = intl.formatMessage(panelMessages.retrying);
  return (
    <QuietAlert
      type="warning"
      title={<FormattedMessage {...(when ? stale : unreachable)} />}
      {...(when ? { when } : {})}
      action={
        <Button
          size="small"
          icon={<ReloadOutlined aria-hidden />}
          onClick={onTryAgain}
        >
          <FormattedMessage {...panelMessages.tryAgain} />
        </Button>
      }
    >
      {`${say(intl, sentence)} ${retrying}`}
    </QuietAlert>
  );
}
