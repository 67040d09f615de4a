/** Signals that end a command. */

import { type EndingSignal, signalExitCodes } from "./exit-codes.js";

/** A terminal and a parent that passes signals on may both send one Ctrl-C. */
const sameMs = 1000;

/**
 * Calls `onFirst` at the first one; another one, a second later or more, ends
 * the process at once.
 */
export function onEndingSignal(onFirst: (signal: EndingSignal) => void): {
  ignore(): void;
} {
  let first: number | undefined;
  const listeners = (Object.keys(signalExitCodes) as EndingSignal[]).map(
    (signal) => {
      const listener = () => {
        const now = performance.now();
        if (first === undefined) {
          first = now;
          onFirst(signal);
        } else if (now - first >= sameMs) process.exit(signalExitCodes[signal]);
      };
      return [signal, listener] as const;
    },
  );
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return {
    ignore() {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
}
