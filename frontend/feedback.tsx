/** What became of the last thing that was asked for, until it is closed. */

import { useIntl } from "react-intl";
import { actionFailed, say } from "./format.js";
import { panelMessages } from "./messages.js";
import type { Feedback } from "./model.js";
import { QuietAlert } from "./quiet-alert.js";

interface FeedbackProps {
  feedback: Feedback;
  onClose: () => void;
}

export function FeedbackAlert({ feedback, onClose }: FeedbackProps) {
  const intl = useIntl();
  const { action, kind, sentence } = feedback;
  const closable = {
    onClose,
    "aria-label": intl.formatMessage(panelMessages.close),
  };
  const text = say(intl, sentence);
  if (kind === "note") {
    return <QuietAlert type="info" title={text} closable={closable} />;
  }
  return (
    <QuietAlert
      urgent
      type="error"
      title={intl.formatMessage(actionFailed[action])}
      closable={closable}
    >
      {text}
    </QuietAlert>
  );
}
