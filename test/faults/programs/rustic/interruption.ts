/** rustic after Ctrl-C: it says so, stops, and calls that a success. */

import type { ProgramCall } from "../program.js";
import { Failed } from "./words.js";

/** @throws Failed with exit code 0 where the scenario asks for it. */
export function interruption({ script }: ProgramCall): void {
  if (!script.termed) return;
  throw new Failed("[INFO] Ctrl-C received, shutting down...\n", 0);
}
