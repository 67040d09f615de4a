/** What came of a click may lie below the fold: it is scrolled to. */

import { type RefObject, useEffect, useRef } from "react";

/** Again whenever `what` is another one. */
export function useShown(what: unknown): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.scrollIntoView({ block: "nearest" });
  }, [what]);
  return place;
}
