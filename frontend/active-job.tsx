/** A job that has not ended: what it does, how far it is, and Cancel. */

import { Card, Flex, Typography } from "antd";
import { type RefObject, useLayoutEffect, useRef } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Job } from "../conat-api/index.js";
import { CancelButton } from "./cancel-button.js";
import { activity, amountOf, percentOf, say } from "./format.js";
import { JobProgress } from "./job-progress.js";
import { canCancel, isAppointment } from "./jobs.js";
import { jobMessages } from "./messages.js";
import { Secondary } from "./secondary.js";
import { Due } from "./time.js";

interface ActiveJobProps {
  job: Job;
  now: number;
  /** The host does not answer. */
  stale: boolean;
  cancelling: boolean;
  place: RefObject<HTMLDivElement | null> | undefined;
  onCancel: (job: Job) => void;
  /** It ended while it had the focus. */
  onGone: () => void;
}

export function ActiveJob(props: ActiveJobProps) {
  const { job, stale, cancelling, place, onCancel, onGone } = props;
  const intl = useIntl();
  const amount = amountOf(intl, job);
  const own = useRef<HTMLDivElement>(null);
  const card = place ?? own;
  const pressed = useRef(false);
  useLayoutEffect(() => {
    const shown = card.current;
    return () => {
      const focused = shown?.contains(document.activeElement);
      if (pressed.current || focused) onGone();
    };
  }, [card, onGone]);
  const cancel = () => {
    pressed.current = true;
    onCancel(job);
  };
  return (
    <Card size="small" ref={card} tabIndex={-1}>
      <Flex vertical gap={4}>
        <Flex justify="space-between" align="center" gap="small">
          <Doing {...props} />
          {canCancel(job) && (
            <CancelButton
              {...{ job, cancelling }}
              held={stale}
              onCancel={cancel}
            />
          )}
        </Flex>
        {job.state === "running" && (
          <JobProgress
            percent={percentOf(job)}
            label={say(intl, activity(job, props.now))}
            still={stale}
          />
        )}
        <Secondary>
          {amount && `${say(intl, amount)}. `}
          {!stale && <FormattedMessage {...jobMessages.goesOn} />}
        </Secondary>
      </Flex>
    </Card>
  );
}

function Doing({ job, now }: ActiveJobProps) {
  const intl = useIntl();
  const title =
    job.kind === "backup" ? jobMessages.backingUp : jobMessages.restoring;
  return (
    <span>
      <span role="status">
        <Typography.Text strong>
          <FormattedMessage {...title} />
        </Typography.Text>
        {" · "}
        {say(intl, activity(job, now))}
      </span>
      {isAppointment(job, now) && (
        <>
          {" "}
          <Due at={job.run_at} now={now} />
        </>
      )}
    </span>
  );
}
