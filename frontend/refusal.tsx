/** Why the host did not do what a dialog asked for, in the dialog. */

import { FormattedMessage, useIntl } from "react-intl";
import { actionFailed, type Sentence, say } from "./format.js";
import type { ActionName } from "./model.js";
import { QuietAlert } from "./quiet-alert.js";

interface RefusalProps {
  action: ActionName;
  sentence: Sentence | undefined;
}

export function Refusal({ action, sentence }: RefusalProps) {
  const intl = useIntl();
  if (sentence === undefined) return null;
  return (
    <QuietAlert
      urgent
      type="error"
      style={{ marginTop: 16 }}
      title={<FormattedMessage {...actionFailed[action]} />}
    >
      {say(intl, sentence)}
    </QuietAlert>
  );
}
