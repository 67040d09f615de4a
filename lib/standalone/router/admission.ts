/** How much anybody may send in a window of time: events, and bytes. */

import { type Identity, identityKey, isHub } from "./identity.js";
import type { RouterLimits } from "./limits.js";
import { Refusal } from "./refusal.js";
import { Window, Windows } from "./window.js";

/** What all connections of an identity count together. */
export interface Shares {
  events: Windows;
  hubEvents: Windows;
  bytes: Windows;
}

export interface Admission {
  /** Counts an event: undefined when it is let in. */
  admit(identity: Identity | undefined, bytes: number): Refusal | undefined;
}

export function createShares(limits: RouterLimits): Shares {
  const windows = (limit: number) => new Windows(windowOf(limits, limit));
  return {
    events: windows(limits.identityEvents),
    hubEvents: windows(limits.hubEvents),
    bytes: windows(limits.identityBytes),
  };
}

/** Of one connection. */
export function createAdmission(
  limits: RouterLimits,
  { events, hubEvents, bytes: sentBytes }: Shares,
): Admission {
  const own = new Window(windowOf(limits, limits.connectionEvents));
  return {
    admit(identity, bytes) {
      const now = performance.now();
      const key = identity && identityKey(identity);
      if (identity && isHub(identity)) {
        return over("events", hubEvents.hit(key ?? "", now));
      }
      return (
        over("events", own.hit(now)) ??
        over("events", key ? events.hit(key, now) : 0) ??
        over("bytes", key ? sentBytes.hit(key, now, bytes) : 0)
      );
    },
  };
}

export const windowOf = (
  { eventWindowMs: windowMs, eventBlockMs: blockMs }: RouterLimits,
  limit: number,
) => ({ limit, windowMs, blockMs });

function over(what: string, retryMs: number): Refusal | undefined {
  if (retryMs === 0) return undefined;
  return new Refusal(`too many ${what}; try again later`, 429, { retryMs });
}
