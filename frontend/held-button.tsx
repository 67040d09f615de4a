/**
 * A button that may be held: it does nothing then and looks so, but the
 * keyboard's focus stays on it, which a disabled one would drop.
 */

import { Button, type ButtonProps, theme } from "antd";

interface HeldButtonProps extends ButtonProps {
  held: boolean;
}

export function HeldButton({ held, onClick, ...props }: HeldButtonProps) {
  const { token } = theme.useToken();
  const bare = props.type === "link" || props.type === "text";
  const style = {
    color: token.colorTextSecondary,
    background: bare ? "transparent" : token.colorBgContainerDisabled,
    borderColor: bare ? "transparent" : token.colorBorder,
    boxShadow: "none",
    cursor: "not-allowed",
  };
  return (
    <Button
      {...props}
      aria-disabled={held}
      onClick={(event) => {
        if (!held) onClick?.(event);
      }}
      {...(held ? { style } : {})}
    />
  );
}
