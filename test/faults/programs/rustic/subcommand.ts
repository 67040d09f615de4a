/** A subcommand that works with a repository that is open. */

import type { ProgramCall } from "../program.js";
import type { Opened } from "./open.js";

/** @throws Failed */
export type Subcommand = (
  call: ProgramCall,
  opened: Opened,
  args: readonly string[],
) => Promise<void>;
