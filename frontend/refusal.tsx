/** Why the host did not do what a dialog asked for, in the dialog. */

import type { ReactNode } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { actionFailed, type Sentence, say } from "./format.js";
import type { ActionName } from "./model.js";
import { QuietAlert } from "./quiet-alert.js";
import { useShown } from "./use-shown.js";

interface RefusalProps {
  action: ActionName;
  sentence: Sentence | undefined;
  /** A button that may help. */
  remedy?: ReactNode;
}

export function Refusal({ action, sentence, remedy }: RefusalProps) {
  const intl = useIntl();
  const place = useShown(sentence);
  if (sentence === undefined) return null;
  return (
    <div ref={place} style={{ marginTop: 16 }}>
      <QuietAlert
        urgent
        type="error"
        action={remedy}
        title={<FormattedMessage {...actionFailed[action]} />}
      >
        {say(intl, sentence)}
      </QuietAlert>
    </div>
  );
}
