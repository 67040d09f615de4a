/** `--json-progress`: a JSON object a line on stdout. */

import type { ProgramCall } from "../program.js";
import type { Found } from "./walk.js";

/** `--no-scan`: nobody knows how much it will be. */
export function scanned(call: ProgramCall, { nodes }: Found): void {
  if (call.args.includes("--no-scan")) return;
  const total_bytes = nodes.reduce((sum, { size }) => sum + size, 0);
  status(call, { total_bytes, bytes_done: 0 });
}

export function done(call: ProgramCall, bytes_done: number): void {
  status(call, { bytes_done });
}

export function status({ out }: ProgramCall, counts: object): void {
  const message = { message_type: "status", seconds_elapsed: 0, ...counts };
  out(`${JSON.stringify(message)}\n`);
}
