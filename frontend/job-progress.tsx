/** A bar; one without a number where nobody knows how much there is. */

import { Progress, theme } from "antd";

interface JobProgressProps {
  percent: number | undefined;
  label: string;
  /** Nobody knows whether it still moves. */
  still: boolean;
}

export function JobProgress({ percent, label, still }: JobProgressProps) {
  const { token } = theme.useToken();
  if (percent !== undefined) {
    const status = still ? "normal" : "active";
    return <Progress percent={percent} status={status} aria-label={label} />;
  }
  if (still) return null;
  return (
    <div role="progressbar" aria-label={label}>
      <div aria-hidden>
        <Progress
          percent={100}
          status="active"
          showInfo={false}
          strokeColor={token.colorPrimaryBorder}
        />
      </div>
    </div>
  );
}
