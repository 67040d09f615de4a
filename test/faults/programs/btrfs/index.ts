/** Stand-in for btrfs: of subvolumes, what this package asks for. */

import { resolve } from "node:path";
import { errnoOf } from "../errno.js";
import type { Program } from "../program.js";
import { createSubvolume } from "./create.js";
import { deleteSubvolume } from "./delete.js";
import { listBelow } from "./list.js";
import { snapshotReadOnly } from "./snapshot.js";
import { Refused, type Verb } from "./verb.js";

/** With the flags that each has to have. */
const verbs: Readonly<Record<string, { flags: string; run: Verb }>> = {
  create: { flags: "", run: createSubvolume },
  snapshot: { flags: "-r", run: snapshotReadOnly },
  delete: { flags: "", run: deleteSubvolume },
  list: { flags: "-o", run: listBelow },
};

export const btrfs: Program = async (call) => {
  const [group, name = "", ...rest] = call.args;
  const verb = group === "subvolume" ? verbs[name] : undefined;
  const isFlag = (arg: string) => arg.startsWith("-");
  if (!verb || rest.filter(isFlag).join(" ") !== verb.flags) {
    call.err(`btrfs: unknown token '${call.args.join(" ")}'\n`);
    return 1;
  }
  const paths = rest.filter((arg) => !isFlag(arg));
  try {
    if (call.script.noSpace && name !== "list") {
      throw new Refused("cannot do it: No space left on device");
    }
    const absolute = paths.map((path) => resolve(call.cwd, path));
    call.out(await verb.run(call, absolute));
    return 0;
  } catch (error) {
    call.err(`ERROR: ${wordsFor(error)}\n`);
    return 1;
  }
};

function wordsFor(error: unknown): string {
  if (error instanceof Refused) return error.message;
  const errno = errnoOf(error);
  if (!errno) throw error;
  return `cannot do it: ${errno.message}`;
}
