/** A few words to click on, and what is behind them. */

import { Button, Popover, type ButtonProps } from "antd";
import type { ReactNode } from "react";

interface PoppedProps {
  icon?: ButtonProps["icon"];
  label: ReactNode;
  title: ReactNode;
  children: ReactNode;
}

export function Popped({ icon, label, title, children }: PoppedProps) {
  return (
    <Popover trigger="click" title={title} content={children}>
      <Button
        type="link"
        size="small"
        icon={icon}
        style={{ padding: 0 }}
        aria-haspopup="dialog"
      >
        {label}
      </Button>
    </Popover>
  );
}
