/** An instant: relative to read, absolute on hover and for machines. */

import { useIntl } from "react-intl";
import { formatAgo, formatDue, formatInstant } from "./format.js";

interface TimeProps {
  at: number;
  now: number;
}

export function Ago({ at, now }: TimeProps) {
  const intl = useIntl();
  return <Instant at={at}>{formatAgo(intl, at, now)}</Instant>;
}

export function Due({ at, now }: TimeProps) {
  const intl = useIntl();
  return <Instant at={at}>{formatDue(intl, at, now)}</Instant>;
}

function Instant({ at, children }: { at: number; children: string }) {
  const intl = useIntl();
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={formatInstant(intl, at)}
      style={{ whiteSpace: "nowrap" }}
    >
      {children}
    </time>
  );
}
