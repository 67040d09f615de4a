/** A verb of btrfs. */

import type { ProgramCall } from "../program.js";

/** Resolves with what goes to stdout; paths are absolute. */
export type Verb = (
  call: ProgramCall,
  paths: readonly string[],
) => Promise<string>;

/** btrfs says no, in its own words. */
export class Refused extends Error {}
