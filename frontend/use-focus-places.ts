/** Where the keyboard's focus goes when what had it is gone. */

import { type RefObject, useCallback, useEffect, useRef } from "react";

export interface FocusPlaces {
  summary: RefObject<HTMLDivElement | null>;
  restore: RefObject<HTMLDivElement | null>;
  /** What had the focus is about to go. */
  onGone: () => void;
  /** To the restore that was asked for; it may have ended by now. */
  toRestore: () => void;
}

export function useFocusPlaces(): FocusPlaces {
  const summary = useRef<HTMLDivElement>(null);
  const restore = useRef<HTMLDivElement>(null);
  const gone = useRef(false);
  useEffect(() => {
    if (!gone.current) return;
    gone.current = false;
    if (document.activeElement !== document.body) return;
    summary.current?.focus({ preventScroll: true });
  });
  const onGone = useCallback(() => {
    gone.current = true;
  }, []);
  const toRestore = useCallback(() => {
    (restore.current ?? summary.current)?.focus();
  }, []);
  return { summary, restore, onGone, toRestore };
}
