/** A job that has not ended: what it does, how far it is, and Cancel. */

import { Button, Card, Flex, Typography } from "antd";
import { useState } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import type { Job } from "../conat-api/index.js";
import { CancelRestoreDialog } from "./cancel-restore-dialog.js";
import { activity, amountOf, percentOf, say } from "./format.js";
import { JobProgress } from "./job-progress.js";
import { jobMessages } from "./messages.js";
import { canCancel } from "./model.js";

const { Text } = Typography;

interface ActiveJobProps {
  job: Job;
  now: number;
  disabled: boolean;
  cancelling: boolean;
  onCancel: (job: Job) => void;
}

export function ActiveJob(props: ActiveJobProps) {
  const { job, now } = props;
  const intl = useIntl();
  const doing = say(intl, activity(intl, job, now));
  const amount = amountOf(intl, job);
  const title =
    job.kind === "backup" ? jobMessages.backingUp : jobMessages.restoring;
  return (
    <Card size="small">
      <Flex vertical gap={4}>
        <Flex justify="space-between" align="center" gap="small">
          <span role="status">
            <Text strong>
              <FormattedMessage {...title} />
            </Text>
            {" · "}
            {doing}
          </span>
          {canCancel(job) && <CancelButton {...props} />}
        </Flex>
        {job.state === "running" && (
          <JobProgress percent={percentOf(job)} label={doing} />
        )}
        <Text type="secondary">
          {amount && `${say(intl, amount)}. `}
          <FormattedMessage {...jobMessages.goesOn} />
        </Text>
      </Flex>
    </Card>
  );
}

/** A backup is asked for again with one click; a restore is not. */
function CancelButton(props: ActiveJobProps) {
  const { job, disabled, cancelling, onCancel } = props;
  const intl = useIntl();
  const [asking, setAsking] = useState(false);
  const isRestore = job.kind === "restore";
  const label = isRestore
    ? jobMessages.cancelRestore
    : jobMessages.cancelBackup;
  return (
    <>
      <Button
        size="small"
        loading={cancelling}
        disabled={disabled}
        aria-label={intl.formatMessage(label)}
        onClick={() => (isRestore ? setAsking(true) : onCancel(job))}
      >
        <FormattedMessage {...jobMessages.cancel} />
      </Button>
      {isRestore && (
        <CancelRestoreDialog
          open={asking}
          onConfirm={() => {
            setAsking(false);
            onCancel(job);
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
