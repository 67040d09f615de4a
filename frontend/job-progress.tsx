/** A bar; one without a number where nobody knows how much there is. */

import { Progress, theme } from "antd";

interface JobProgressProps {
  percent: number | undefined;
  label: string;
}

export function JobProgress({ percent, label }: JobProgressProps) {
  const { token } = theme.useToken();
  if (percent !== undefined) {
    return <Progress percent={percent} status="active" aria-label={label} />;
  }
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
