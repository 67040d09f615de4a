/** How many backups are kept, and why. */

import { Flex, Input, Radio } from "antd";
import { FormattedMessage, type MessageDescriptor } from "react-intl";
import type { Retention } from "../conat-api/index.js";
import { Field, Group } from "./field.js";
import { policyMessages } from "./messages.js";
import { keepFields } from "./policy-draft.js";
import type { DraftProps } from "./policy-form.js";
import type { Sentence } from "./sentence.js";

export function KeepFields({ draft, errors, onChange }: DraftProps) {
  const { keep } = draft;
  return (
    <Group label={policyMessages.keep} help={policyMessages.keepHelp}>
      <div style={gridStyle}>
        {keepFields.map((name) => (
          <CountField
            key={name}
            label={keepLabels[name]}
            value={keep[name]}
            error={errors[name]}
            onChange={(count) => onChange({ keep: { ...keep, [name]: count } })}
          />
        ))}
      </div>
    </Group>
  );
}

const gridStyle = {
  display: "grid",
  gridTemplateColumns: "repeat(auto-fill, minmax(7em, 1fr))",
  gap: 8,
} as const;

const manualStyle = {
  ...gridStyle,
  gridTemplateColumns: "repeat(auto-fill, minmax(12em, 1fr))",
  paddingInlineStart: 24,
} as const;

const keepLabels: Record<keyof Retention, MessageDescriptor> = {
  last: policyMessages.last,
  hourly: policyMessages.hourly,
  daily: policyMessages.dailyCount,
  weekly: policyMessages.weekly,
  monthly: policyMessages.monthly,
  yearly: policyMessages.yearly,
};

export function ManualFields({ draft, errors, onChange }: DraftProps) {
  const { manualAll, manualLast, manualDays } = draft;
  return (
    <Group label={policyMessages.manual} help={policyMessages.manualHelp}>
      <Radio.Group
        value={manualAll}
        onChange={({ target }) => onChange({ manualAll: target.value })}
      >
        <Flex vertical gap={4}>
          <Radio value={true}>
            <FormattedMessage {...policyMessages.manualAll} />
          </Radio>
          <Radio value={false}>
            <FormattedMessage {...policyMessages.manualSome} />
          </Radio>
        </Flex>
      </Radio.Group>
      {!manualAll && (
        <div style={manualStyle}>
          <CountField
            label={policyMessages.manualLast}
            value={manualLast}
            error={errors.manualLast}
            onChange={(count) => onChange({ manualLast: count })}
          />
          <CountField
            label={policyMessages.manualDays}
            value={manualDays}
            error={errors.manualDays}
            onChange={(count) => onChange({ manualDays: count })}
          />
        </div>
      )}
    </Group>
  );
}

interface CountProps {
  label: MessageDescriptor;
  value: string;
  error: Sentence | undefined;
  onChange: (count: string) => void;
}

function CountField({ label, value, error, onChange }: CountProps) {
  return (
    <Field {...{ label, error }}>
      {(parts) => (
        <Input
          {...parts}
          inputMode="numeric"
          maxLength={6}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}
