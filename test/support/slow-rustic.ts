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
  /** Subcommands from now on fail, without a word, until `release`. */
  fail(subcommand: string): void;
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
  const failing = join(directory, "failing");
  writeFileSync(path, script({ log, held, failing, outlives }));
  chmodSync(path, 0o755);
  const runs = () =>
    existsSync(log) ? readFileSync(log, "utf8").split("\n").slice(0, -1) : [];
  return {
    path,
    hold: (subcommand) => writeFileSync(held, subcommand),
    fail: (subcommand) => writeFileSync(failing, subcommand),
    release() {
      rmSync(held, { force: true });
      rmSync(failing, { force: true });
    },
    runs,
    async begun(subcommand) {
      const before = runs().length;
      const isIt = (run: string) => ` ${run} `.includes(` ${subcommand} `);
      while (!runs().slice(before).some(isIt)) await sleep(10);
    },
  };
}

interface Files {
  log: string;
  held: string;
  failing: string;
  outlives: boolean;
}

const script = ({ log, held, failing, outlives }: Files) => `#!/bin/sh
${outlives ? untethered : ""}
echo "$*" >> '${log}'
is_named_in() {
  [ -e "$1" ] || return 1
  named=$(cat "$1")
  shift
  case " $* " in *" $named "*) return 0;; esac
  return 1
}
while is_named_in '${held}' "$@"; do sleep 0.03; done
is_named_in '${failing}' "$@" && exit 1
exec '${toolPath("rustic")}' "$@"
`;

/** Begins anew, without the signal that comes when its parent dies. */
const untethered = `[ -n "$UNTETHERED" ] ||
  UNTETHERED=1 exec setpriv --pdeathsig clear "$0" "$@"`;
