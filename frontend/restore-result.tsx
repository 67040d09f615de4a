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
  const body = useDescription(props);
  const warned = job.state === "succeeded" && job.warnings_count > 0;
  return (
    <QuietAlert
      type={alertTypes[job.state]}
      title={<FormattedMessage {...titles[job.state]} />}
      when={<Ago at={at} now={now} />}
      closable={{ onClose, "aria-label": close }}
    >
      {body || warned ? (
        <>
          {body} {warned && <Warnings {...job} />}
        </>
      ) : null}
    </QuietAlert>
  );
}

function useDescription({ job, backup }: RestoreResultProps): string {
  const intl = useIntl();
  if (job.state === "failed") return say(intl, failureOf(job));
  if (job.state !== "succeeded") return "";
  const sentences = [
    backup &&
      intl.formatMessage(restoreMessages.restoredFrom, {
        time: formatInstant(intl, backup.time),
      }),
    job.kept && intl.formatMessage(restoreMessages.keptAside),
  ];
  return sentences.filter(Boolean).join(" ");
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
