/** The stand-in programs, by their names. */

import { btrfs } from "./btrfs/index.js";
import { cp } from "./cp.js";
import { env, ionice, nice, setpriv, sh } from "./prefixes.js";
import type { Program } from "./program.js";
import { rustic } from "./rustic/index.js";
import { scripted } from "./scripted.js";
import { sync } from "./sync.js";

export const programs: Readonly<Record<string, Program>> = {
  rustic: scripted(rustic),
  btrfs: scripted(btrfs),
  cp: scripted(cp),
  sync: scripted(sync),
  setpriv,
  nice,
  ionice,
  env,
  sh,
  /** Here nobody may enter a namespace. */
  unshare({ err }) {
    err("unshare: unshare failed: Operation not permitted\n");
    return Promise.resolve(1);
  },
  true: () => Promise.resolve(0),
};
