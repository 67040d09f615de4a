/** A label, what is typed below it, and what is wrong with that. */

import { theme } from "antd";
import { type ReactNode, useId } from "react";
import { FormattedMessage, type MessageDescriptor, useIntl } from "react-intl";
import { type Sentence, say } from "./format.js";
import { Secondary } from "./secondary.js";

/** What the control has to take so that it is read with its label. */
export interface FieldParts {
  id: string;
  status?: "error";
  "aria-invalid"?: true;
  "aria-describedby"?: string;
}

interface FieldProps {
  label: MessageDescriptor;
  help?: MessageDescriptor;
  error?: Sentence | undefined;
  /** It stands beside groups. */
  strong?: boolean;
  children: (parts: FieldParts) => ReactNode;
}

export function Field(props: FieldProps) {
  const { label, help, error, strong = false, children } = props;
  const intl = useIntl();
  const { token } = theme.useToken();
  const id = useId();
  const wrong = error !== undefined;
  const below = [help && `${id}-help`, wrong && `${id}-error`].filter(Boolean);
  const described = { "aria-describedby": below.join(" ") };
  return (
    <div>
      <label htmlFor={id} style={strong ? strongLabel : labelStyle}>
        <FormattedMessage {...label} />
      </label>
      {children({
        id,
        ...(wrong && { status: "error", "aria-invalid": true }),
        ...(below.length > 0 && described),
      })}
      {wrong && (
        <div id={`${id}-error`} style={{ color: token.colorErrorText }}>
          {say(intl, error)}
        </div>
      )}
      {help && (
        <div id={`${id}-help`}>
          <Secondary>
            <FormattedMessage {...help} />
          </Secondary>
        </div>
      )}
    </div>
  );
}

const labelStyle = { display: "inline-block", marginBlockEnd: 4 } as const;
const strongLabel = { ...labelStyle, fontWeight: 600 } as const;

interface GroupProps {
  label: MessageDescriptor;
  help?: MessageDescriptor;
  children: ReactNode;
}

/** Fields that belong together. */
export function Group({ label, help, children }: GroupProps) {
  return (
    <fieldset style={groupStyle}>
      <legend style={{ padding: 0, fontWeight: 600 }}>
        <FormattedMessage {...label} />
      </legend>
      {help && (
        <Secondary>
          <FormattedMessage {...help} />
        </Secondary>
      )}
      {children}
    </fieldset>
  );
}

const groupStyle = {
  border: 0,
  margin: 0,
  padding: 0,
  minWidth: 0,
  display: "flex",
  flexDirection: "column",
  gap: 8,
} as const;
