/** An alert that stays small: one line in bold, the sentence below it. */

import { Alert, type AlertProps, Typography } from "antd";
import type { ReactNode } from "react";

interface QuietAlertProps extends Pick<
  AlertProps,
  "type" | "closable" | "action" | "style"
> {
  title: ReactNode;
  children?: ReactNode;
}

export function QuietAlert({ title, children, ...props }: QuietAlertProps) {
  const hasBody = children !== undefined && children !== null;
  return (
    <Alert
      {...props}
      showIcon
      styles={{
        root: { alignItems: "flex-start" },
        icon: { marginBlockStart: "0.3em" },
      }}
      title={
        <>
          <Typography.Text strong={hasBody}>{title}</Typography.Text>
          {hasBody && <div>{children}</div>}
        </>
      }
    />
  );
}
