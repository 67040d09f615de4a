/** Wrong tokens by address: guessing is slowed down. */

import type { Clock } from "../host.js";

export interface Attempts {
  failed(address: string): void;
  blocked(address: string): boolean;
}

const windowMs = 60_000;
const atMost = 20;
const addressesKept = 10_000;

export function createAttempts(clock: Clock): Attempts {
  const failures = new Map<string, { count: number; since: number }>();
  const current = (address: string) => {
    const found = failures.get(address);
    return found && clock.now() - found.since < windowMs ? found : undefined;
  };
  return {
    blocked: (address) => (current(address)?.count ?? 0) >= atMost,
    failed(address) {
      const found = current(address);
      if (found) {
        found.count += 1;
        return;
      }
      if (failures.size >= addressesKept) failures.clear();
      failures.set(address, { count: 1, since: clock.now() });
    },
  };
}
