/** The one step with which something of btrfs begins or ends to be. */

import { rename } from "node:fs/promises";
import type { ProgramCall } from "../program.js";

/** Once asked, the kernel does it even if its caller dies. */
export async function commit(
  { wouldStill, work }: ProgramCall,
  from: string,
  to: string,
): Promise<void> {
  wouldStill({ from, to });
  await work(2);
  await rename(from, to);
  wouldStill(undefined);
}
