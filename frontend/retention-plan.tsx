/** What a policy would keep now and why, and what would go. */

import { CheckOutlined, MinusCircleOutlined } from "@ant-design/icons";
import { Table, type TableColumnsType, Typography } from "antd";
import { FormattedMessage, type IntlShape, useIntl } from "react-intl";
import {
  isCrowded,
  type PolicyInForce,
  type RetentionPreview,
} from "../conat-api/index.js";
import { BackupTitle } from "./backup-title.js";
import { policyMessages } from "./messages.js";
import { decisionWords, goes } from "./policy-words.js";
import { Secondary } from "./secondary.js";
import { useShown } from "./use-shown.js";

interface PlanProps {
  plan: RetentionPreview;
  inForce: PolicyInForce;
  now: number;
}

type Decision = RetentionPreview["decisions"][number];

export function RetentionPlan({ plan, inForce, now }: PlanProps) {
  const intl = useIntl();
  const { kept, dropped, decisions } = plan;
  const days = inForce.unforget_days;
  const place = useShown(plan);
  return (
    <section role="status" ref={place}>
      <Typography.Title level={5} style={{ marginTop: 0 }}>
        <FormattedMessage {...policyMessages.previewTitle} />
      </Typography.Title>
      {decisions.length === 0 ? (
        <FormattedMessage {...policyMessages.previewEmpty} />
      ) : (
        <FormattedMessage
          {...policyMessages.previewCount}
          values={{ kept, dropped }}
        />
      )}{" "}
      {dropped > 0 && days > 0 && (
        <FormattedMessage {...policyMessages.takeBackDays} values={{ days }} />
      )}{" "}
      {isCrowded(plan) && (
        <FormattedMessage
          {...policyMessages.crowded}
          values={{ max: plan.max_backups }}
        />
      )}
      {decisions.length > 0 && (
        <Table
          size="small"
          rowKey="backup_id"
          style={{ marginBlockStart: 8 }}
          dataSource={decisions}
          columns={columns(intl, now)}
          pagination={{ pageSize: 25, hideOnSinglePage: true }}
        />
      )}
    </section>
  );
}

function columns(intl: IntlShape, now: number): TableColumnsType<Decision> {
  return [
    {
      title: intl.formatMessage(policyMessages.backup),
      key: "backup",
      render: (_, { backup }) => <BackupTitle {...{ backup, now }} />,
    },
    {
      title: intl.formatMessage(policyMessages.decision),
      key: "decision",
      render: (_, decision) => <WhatBecomes decision={decision} />,
    },
  ];
}

/** Colour is never the only sign. */
function WhatBecomes({ decision }: { decision: Decision }) {
  const intl = useIntl();
  const gone = goes(decision);
  const word = gone ? policyMessages.goes : policyMessages.kept;
  const Icon = gone ? MinusCircleOutlined : CheckOutlined;
  return (
    <>
      <Icon aria-hidden />{" "}
      <Typography.Text strong {...(gone ? { type: "danger" } : {})}>
        <FormattedMessage {...word} />
      </Typography.Text>
      {": "}
      <Secondary>{decisionWords(intl, decision)}</Secondary>
    </>
  );
}
