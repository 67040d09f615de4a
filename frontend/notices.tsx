/** What went wrong last, and what an administrator should do. */

import { FormattedMessage, useIntl } from "react-intl";
import type { Status } from "../conat-api/index.js";
import { failureOf, say } from "./format.js";
import { statusMessages } from "./messages.js";
import { QuietAlert } from "./quiet-alert.js";
import { Ago } from "./time.js";

export function LastFailure({ status, now }: { status: Status; now: number }) {
  const intl = useIntl();
  const { last_attempt, health } = status;
  if (last_attempt?.state !== "failed") return null;
  const at = last_attempt.finished_at ?? last_attempt.created_at;
  return (
    <QuietAlert
      type={health === "failing" ? "error" : "warning"}
      title={
        <FormattedMessage
          {...statusMessages.lastFailed}
          values={{ count: status.failed_in_a_row }}
        />
      }
      when={<Ago at={at} now={now} />}
    >
      {say(intl, failureOf(last_attempt))}
    </QuietAlert>
  );
}

export function Notices({ notices }: Pick<Status, "notices">) {
  if (notices.length === 0) return null;
  return (
    <QuietAlert
      type="info"
      title={<FormattedMessage {...statusMessages.notice} />}
    >
      {notices.map(({ code, message }) => (
        <div key={code}>{message}</div>
      ))}
    </QuietAlert>
  );
}
