import {
  chmodSync,
  existsSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tempDir } from "./temp.js";
import { toolPath } from "./tools.js";

export type SlowRustic = {
  /** For `commands.rustic`. */
  path: string;
  /** Subcommands from now on wait, before they begin, until `release`. */
  hold(subcommand: string): void;
  release(): void;
  /** Arguments of every run so far, one string each, in order. */
  runs(): string[];
  /** Resolves when the next run with this subcommand has begun. */
  begun(subcommand: string): Promise<void>;
};

/**
 * The real rustic behind a script that can be made to wait. `outlives`: as on
 * a machine without a tether, it lives on when its host is killed.
 */
export function makeSlowRustic({ outlives = false } = {}): SlowRustic {
  const directory = tempDir("slow-rustic");
  const path = join(directory, "rustic");
  const log = join(directory, "runs");
  const held = join(directory, "held");
  writeFileSync(path, script(log, held, outlives));
  chmodSync(path, 0o755);
  const runs = () =>
    existsSync(log) ? readFileSync(log, "utf8").split("\n").slice(0, -1) : [];
  return {
    path,
    hold: (subcommand) => writeFileSync(held, subcommand),
    release: () => rmSync(held, { force: true }),
    runs,
    async begun(subcommand) {
      const before = runs().length;
      const isIt = (run: string) => ` ${run} `.includes(` ${subcommand} `);
      while (!runs().slice(before).some(isIt)) await sleep(10);
    },
  };
}

const script = (log: string, held: string, outlives: boolean) => `#!/bin/sh
${outlives ? untethered : ""}
echo "$*" >> '${log}'
waits() {
  [ -e '${held}' ] || return 1
  case " $* " in *" $(cat '${held}') "*) return 0;; esac
  return 1
}
while waits "$@"; do sleep 0.03; done
exec '${toolPath("rustic")}' "$@"
`;

/** Begins anew, without the signal that comes when its parent dies. */
const untethered = `[ -n "$UNTETHERED" ] ||
  UNTETHERED=1 exec setpriv --pdeathsig clear "$0" "$@"`;
