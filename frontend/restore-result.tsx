/** How the last restore ended, until it is closed or a day old. */

import type { AlertProps } from "antd";
import { FormattedMessage, useIntl } from "react-intl";
import type { Backup, Job, JobState } from "../conat-api/index.js";
import { failureOf, formatInstant, say, stateTones } from "./format.js";
import { panelMessages, restoreMessages } from "./messages.js";
import { QuietAlert } from "./quiet-alert.js";
import { Ago } from "./time.js";
import { Warnings } from "./warnings.js";

interface RestoreResultProps {
  job: Job;
  /** What was restored, where the list still has it. */
  backup: Backup | undefined;
  now: number;
  onClose: () => void;
}

export function RestoreResult(props: RestoreResultProps) {
  const { job, now, onClose } = props;
  const intl = useIntl();
  const at = job.finished_at ?? job.created_at;
  const close = intl.formatMessage(panelMessages.close);
  return (
    <QuietAlert
      type={alertTypes[job.state]}
      title={
        <FormattedMessage
          {...titles[job.state]}
          values={{ when: <Ago key="when" at={at} now={now} /> }}
        />
      }
      closable={{ onClose, "aria-label": close }}
    >
      {job.state === "cancelled" ? null : <Description {...props} />}
    </QuietAlert>
  );
}

function Description({ job, backup }: RestoreResultProps) {
  const intl = useIntl();
  if (job.state === "failed") return say(intl, failureOf(job));
  const body = backup
    ? intl.formatMessage(restoreMessages.succeededFrom, {
        time: formatInstant(intl, backup.time),
      })
    : intl.formatMessage(restoreMessages.succeededBody);
  return (
    <>
      {body} {job.warnings_count > 0 && <Warnings {...job} />}
    </>
  );
}

const titles = {
  pending: restoreMessages.cancelled,
  running: restoreMessages.cancelled,
  cancelled: restoreMessages.cancelled,
  failed: restoreMessages.failed,
  succeeded: restoreMessages.succeeded,
};

const alertTypes = Object.fromEntries(
  Object.entries(stateTones).map(([state, tone]) => [
    state,
    tone === "default" ? "info" : tone,
  ]),
) as Record<JobState, NonNullable<AlertProps["type"]>>;
