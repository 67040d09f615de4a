/** Stand-in for btrfs: what this package asks of it. */

import { resolve } from "node:path";
import { errnoOf } from "../errno.js";
import type { Program } from "../program.js";
import { createSubvolume } from "./create.js";
import { deleteSubvolume } from "./delete.js";
import { syncFilesystem } from "./filesystem-sync.js";
import { listAll, listBelow } from "./list.js";
import { send } from "./send.js";
import { snapshotReadOnly } from "./snapshot.js";
import { Refused, type Verb } from "./verb.js";

/** With the flags that each has to have. */
const verbs: Readonly<Record<string, Verb>> = {
  "subvolume create": createSubvolume,
  "subvolume snapshot -r": snapshotReadOnly,
  "subvolume delete": deleteSubvolume,
  "subvolume list -o": listBelow,
  "subvolume list -c -u -q": listAll,
  "filesystem sync": syncFilesystem,
  "send --no-data -q -p": send,
};

const fillsTheDisk = /^subvolume (create|snapshot|delete)/;

export const btrfs: Program = async (call) => {
  const words = call.args[0] === "send" ? 1 : 2;
  const isFlag = (arg: string) => arg.startsWith("-");
  const rest = call.args.slice(words);
  const name = [...call.args.slice(0, words), ...rest.filter(isFlag)].join(" ");
  const verb = verbs[name];
  if (!verb) {
    call.err(`btrfs: unknown token '${call.args.join(" ")}'\n`);
    return 1;
  }
  const paths = rest.filter((arg) => !isFlag(arg));
  try {
    if (call.script.noSpace && fillsTheDisk.test(name)) {
      throw new Refused("cannot do it: No space left on device");
    }
    const absolute = paths.map((path) => resolve(call.cwd, path));
    call.out(await verb(call, absolute));
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
