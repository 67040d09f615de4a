/** The newest failures, folded away. */

import { Collapse, Flex, Typography } from "antd";
import { FormattedMessage, useIntl } from "react-intl";
import type { Job } from "../conat-api/index.js";
import { failureOf, say } from "./format.js";
import { jobMessages } from "./messages.js";
import { Secondary } from "./secondary.js";
import { Ago } from "./time.js";

const { Text } = Typography;

interface FailuresProps {
  jobs: readonly Job[];
  now: number;
}

export function Failures({ jobs, now }: FailuresProps) {
  if (jobs.length === 0) return null;
  const label = (
    <FormattedMessage
      {...jobMessages.failures}
      values={{ count: jobs.length }}
    />
  );
  const children = <FailureList jobs={jobs} now={now} />;
  return <Collapse size="small" items={[{ key: "all", label, children }]} />;
}

function FailureList({ jobs, now }: FailuresProps) {
  const intl = useIntl();
  return (
    <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
      {jobs.map((job) => (
        <li key={job.job_id} style={{ marginBottom: 8 }}>
          <Flex gap="small" align="baseline">
            <Text strong>
              <FormattedMessage {...jobMessages[job.kind]} />
            </Text>
            <Secondary>
              <Ago at={job.finished_at ?? job.created_at} now={now} />
            </Secondary>
          </Flex>
          {say(intl, failureOf(job))}
        </li>
      ))}
    </ul>
  );
}
