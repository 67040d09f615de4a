/** An alert that stays small: one line in bold, the sentence below it. */

import { Alert, type AlertProps, Typography } from "antd";
import type { ReactNode } from "react";
import { Secondary } from "./secondary.js";

interface QuietAlertProps extends Pick<
  AlertProps,
  "type" | "closable" | "action" | "style"
> {
  title: ReactNode;
  /** Relative times: read out at each change if they were announced. */
  when?: ReactNode;
  /** Said at once; only for what became of a click. */
  urgent?: boolean;
  children?: ReactNode;
}

export function QuietAlert(props: QuietAlertProps) {
  const { title, when, urgent = false, children, ...others } = props;
  const hasBody = children !== undefined && children !== null;
  const live = { role: urgent ? "alert" : "status" };
  const heading = (
    <Typography.Text strong={hasBody || when !== undefined}>
      {title}
    </Typography.Text>
  );
  const body = hasBody && <div>{children}</div>;
  return (
    <Alert
      {...others}
      role="none"
      showIcon
      styles={{
        root: { alignItems: "flex-start" },
        icon: { marginBlockStart: "0.3em" },
      }}
      title={
        when === undefined ? (
          <div {...live}>
            {heading}
            {body}
          </div>
        ) : (
          <>
            <span {...live}>{heading}</span> <Secondary>{when}</Secondary>
            <div {...live}>{body}</div>
          </>
        )
      }
    />
  );
}
