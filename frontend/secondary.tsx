/** Text of lesser weight, dark enough to be read: antd's own is not. */

import { theme, Typography } from "antd";
import type { CSSProperties, ReactNode } from "react";

interface SecondaryProps {
  children: ReactNode;
  style?: CSSProperties;
}

export function Secondary({ children, style }: SecondaryProps) {
  const { token } = theme.useToken();
  return (
    <Typography.Text style={{ color: token.colorTextSecondary, ...style }}>
      {children}
    </Typography.Text>
  );
}
