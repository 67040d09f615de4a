/** Why the host did not do what a dialog asked for, in the dialog. */

import { FormattedMessage, useIntl } from "react-intl";
import { actionFailed, type Sentence, say } from "./format.js";
import type { ActionName } from "./model.js";
import { QuietAlert } from "./quiet-alert.js";
import { useShown } from "./use-shown.js";

interface RefusalProps {
  action: ActionName;
  sentence: Sentence | undefined;
}

export function Refusal({ action, sentence }: RefusalProps) {
  const intl = useIntl();
  const place = useShown(sentence);
  if (sentence === undefined) return null;
  return (
    <div ref={place} style={{ marginTop: 16 }}>
      <QuietAlert
        urgent
        type="error"
        title={<FormattedMessage {...actionFailed[action]} />}
      >
        {say(intl, sentence)}
      </QuietAlert>
    </div>
  );
}
