/** The policy, to be changed, tried and saved. */

import { Button, ConfigProvider, Flex, Input, Popconfirm, theme } from "antd";
import { type ReactNode, useState } from "react";
import { FormattedMessage } from "react-intl";
import type { PolicyInForce } from "../conat-api/index.js";
import { Field } from "./field.js";
import { HeldButton } from "./held-button.js";
import { KeepFields, ManualFields } from "./keep-fields.js";
import { policyMessages } from "./messages.js";
import {
  type DraftErrors,
  draftOf,
  errorsOf,
  type PolicyDraft,
  policyOf,
} from "./policy-draft.js";
import { Refusal } from "./refusal.js";
import { RetentionPlan } from "./retention-plan.js";
import { EnabledField, ScheduleFields } from "./schedule-fields.js";
import type { ProjectBackups } from "./use-project-backups.js";

export interface DraftProps {
  draft: PolicyDraft;
  errors: DraftErrors;
  onChange: (change: Partial<PolicyDraft>) => void;
}

export interface PolicyFormProps extends ProjectBackups {
  inForce: PolicyInForce;
  owner: boolean;
  now: number;
  onSaved: () => void;
}

export function PolicyForm(props: PolicyFormProps) {
  const { state, inForce, owner, now } = props;
  const [draft, setDraft] = useState(() => draftOf(inForce.policy));
  const { token } = theme.useToken();
  const errors = errorsOf(draft);
  const onChange = (change: Partial<PolicyDraft>) =>
    setDraft({ ...draft, ...change });
  const { preview } = state;
  const policy = policyOf(draft);
  const previewed = preview && same(preview.of, policy) && preview.plan;
  return (
    <Flex vertical gap="middle" style={{ lineHeight: token.lineHeight }}>
      <WhoseItIs {...props} />
      <Locked locked={!owner}>
        <Fields {...{ draft, errors, onChange }} />
      </Locked>
      <Buttons {...props} {...{ policy, errors }} />
      <Refused {...props} />
      {previewed && <RetentionPlan {...{ inForce, now }} plan={previewed} />}
    </Flex>
  );
}

/** What is in the form stays, until somebody asks for what the host has. */
function Refused({ state: { feedback }, actions }: ProjectBackups) {
  if (feedback?.kind !== "error") return null;
  const { action, sentence, code } = feedback;
  if (action !== "preview" && action !== "savePolicy") return null;
  const remedy = code === "CONFLICT" && (
    <Button size="small" onClick={() => void actions.readPolicy()}>
      <FormattedMessage {...policyMessages.readAnew} />
    </Button>
  );
  return <Refusal {...{ action, sentence, remedy }} />;
}

/** To be read, and not changed: dark enough for that. */
function Locked({
  locked,
  children,
}: {
  locked: boolean;
  children: ReactNode;
}) {
  const { token } = theme.useToken();
  const colorTextDisabled = token.colorTextSecondary;
  return (
    <ConfigProvider
      componentDisabled={locked}
      theme={{ token: { colorTextDisabled } }}
    >
      {children}
    </ConfigProvider>
  );
}

const same = (one: unknown, other: unknown) =>
  JSON.stringify(one) === JSON.stringify(other);

function WhoseItIs({ inForce, owner }: PolicyFormProps) {
  const { is_default, max_backups: max } = inForce;
  const { isDefault, isOwn, ownerOnly, quota } = policyMessages;
  return (
    <div>
      <FormattedMessage {...(is_default ? isDefault : isOwn)} />{" "}
      {!owner && <FormattedMessage {...ownerOnly} />}{" "}
      {max !== null && <FormattedMessage {...quota} values={{ max }} />}
    </div>
  );
}

function Fields(props: DraftProps) {
  const { draft, errors, onChange } = props;
  return (
    <>
      <EnabledField {...props} />
      {draft.enabled && <ScheduleFields {...props} />}
      <KeepFields {...props} />
      <ManualFields {...props} />
      <Field
        strong
        label={policyMessages.excludes}
        help={policyMessages.excludesHelp}
        error={errors.excludes}
      >
        {(parts) => (
          <Input.TextArea
            {...parts}
            spellCheck={false}
            rows={4}
            value={draft.excludes}
            onChange={({ target }) => onChange({ excludes: target.value })}
          />
        )}
      </Field>
    </>
  );
}

interface ButtonsProps extends PolicyFormProps {
  policy: ReturnType<typeof policyOf>;
  errors: DraftErrors;
}

function Buttons(props: ButtonsProps) {
  const { state, actions, policy, errors, owner, inForce, onSaved } = props;
  const { busy } = state;
  const wrong = Object.keys(errors).length > 0;
  const save = async (wanted: typeof policy | null) => {
    if (await actions.savePolicy(wanted)) onSaved();
  };
  return (
    <Flex gap="small" wrap>
      {owner && (
        <HeldButton
          type="primary"
          held={wrong}
          loading={busy.savePolicy !== undefined}
          onClick={() => void save(policy)}
        >
          <FormattedMessage {...policyMessages.save} />
        </HeldButton>
      )}
      <HeldButton
        held={wrong}
        loading={busy.preview !== undefined}
        onClick={() => void actions.previewPolicy(policy)}
      >
        <FormattedMessage {...policyMessages.preview} />
      </HeldButton>
      {owner && !inForce.is_default && (
        <UseDefault onConfirm={() => void save(null)} />
      )}
    </Flex>
  );
}

function UseDefault({ onConfirm }: { onConfirm: () => void }) {
  return (
    <Popconfirm
      title={<FormattedMessage {...policyMessages.useDefaultAsk} />}
      okText={<FormattedMessage {...policyMessages.useDefaultOk} />}
      cancelText={<FormattedMessage {...policyMessages.leave} />}
      onConfirm={onConfirm}
    >
      <Button>
        <FormattedMessage {...policyMessages.useDefault} />
      </Button>
    </Popconfirm>
  );
}
