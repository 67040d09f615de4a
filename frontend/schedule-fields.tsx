/** Whether backups begin by themselves, and when. */

import { Flex, Input, Radio, Switch } from "antd";
import { FormattedMessage } from "react-intl";
import { Field, Group } from "./field.js";
import { policyMessages } from "./messages.js";
import type { DraftProps } from "./policy-form.js";

export function EnabledField({ draft, onChange }: DraftProps) {
  return (
    <Field label={policyMessages.enabled} help={policyMessages.enabledHelp}>
      {(parts) => (
        <Switch
          {...parts}
          style={{ marginInlineStart: 8 }}
          checked={draft.enabled}
          onChange={(enabled) => onChange({ enabled })}
        />
      )}
    </Field>
  );
}

export function ScheduleFields(props: DraftProps) {
  const { draft, onChange } = props;
  const { schedule } = draft;
  return (
    <Group label={policyMessages.schedule}>
      <Radio.Group
        value={schedule}
        onChange={({ target }) => onChange({ schedule: target.value })}
      >
        <Flex vertical gap={4}>
          <Radio value="daily">
            <FormattedMessage {...policyMessages.daily} />
          </Radio>
          <Radio value="cron">
            <FormattedMessage {...policyMessages.cron} />
          </Radio>
        </Flex>
      </Radio.Group>
      {schedule === "cron" && <CronFields {...props} />}
    </Group>
  );
}

function CronFields({ draft, errors, onChange }: DraftProps) {
  const { expression, time_zone } = draft;
  return (
    <Flex vertical gap="small" style={{ paddingInlineStart: 24 }}>
      <Field
        label={policyMessages.expression}
        help={policyMessages.expressionHelp}
        error={errors.expression}
      >
        {(parts) => (
          <Input
            {...parts}
            maxLength={200}
            spellCheck={false}
            value={expression}
            onChange={({ target }) => onChange({ expression: target.value })}
          />
        )}
      </Field>
      <Field
        label={policyMessages.timeZone}
        help={policyMessages.timeZoneHelp}
        error={errors.time_zone}
      >
        {(parts) => (
          <Input
            {...parts}
            maxLength={100}
            value={time_zone}
            onChange={({ target }) => onChange({ time_zone: target.value })}
          />
        )}
      </Field>
    </Flex>
  );
}
