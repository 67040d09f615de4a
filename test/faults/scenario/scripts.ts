/** How programs go wrong. */

import type { Script } from "../programs/program.js";
import type { Random } from "../world/random.js";
import { pickWeighted } from "../world/random.js";

const refused =
  "error: `rustic_core` experienced an error related to `the backend`.\n\nMessage:\nerror sending request for url (http://127.0.0.1/)\n";

const kinds = {
  ...{ well: 40, slow: 15, unreachable: 6, lostReply: 8, noSpace: 4 },
  ...{ garbage: 4, termed: 4, hang: 3, fail: 4, refused: 4, unreadable: 5 },
};

const scripts: Record<keyof typeof kinds, (random: Random) => Script> = {
  well: () => ({}),
  slow: (random) => ({ slowMs: random.below(20_000) }),
  unreachable: () => ({ unreachable: true }),
  lostReply: () => ({ lostReply: true }),
  noSpace: () => ({ noSpace: true }),
  garbage: () => ({ garbage: true }),
  termed: () => ({ termed: true }),
  hang: () => ({ hang: true }),
  fail: () => ({ fail: { stderr: "thread 'main' panicked\n", exitCode: 101 } }),
  refused: () => ({ fail: { stderr: refused, exitCode: 1 } }),
  unreadable: () => ({ unreadable: ["project/folder/unreadable.txt"] }),
};

export function randomScript(random: Random, title: string): Script {
  const script = scripts[pickWeighted(random, kinds)](random);
  // What ends programs that say nothing is tried at rustic alone.
  return title.startsWith("rustic") || "slowMs" in script ? script : {};
}
