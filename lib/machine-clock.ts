/** The machine's own clock: nobody sets it, and it goes on while it sleeps. */

import { bootId } from "./process-identity.js";
import { readIfAllowed } from "./process-stat.js";

export interface MachineClock {
  /** Since another boot nothing can be told. */
  boot_id: string;
  uptime_ms: number;
}

/** undefined where there is no /proc. */
export function readMachineClock(): MachineClock | undefined {
  const seconds = Number.parseFloat(readIfAllowed("/proc/uptime") ?? "");
  const boot_id = bootId();
  if (boot_id === "" || Number.isNaN(seconds)) return undefined;
  return { boot_id, uptime_ms: Math.round(seconds * 1000) };
}
