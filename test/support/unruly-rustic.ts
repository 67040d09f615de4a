import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "./temp.js";
import { toolPath } from "./tools.js";

export type UnrulyRustic = {
  /** For `commands.rustic`. */
  path: string;
  /** Each run of the subcommand from now on begins with these lines of shell. */
  behave(lines: string, subcommand?: string): void;
  /** It is the real one again. */
  tame(): void;
};

/** Ways to misbehave. `real` is the real program. */
export const manners = {
  /** Computes for so long without a word, and then does its work. */
  broods: (seconds: number) =>
    `timeout --foreground ${seconds} sh -c 'while :; do :; done'`,
  /** Says that all is well, in no language that we know. */
  babbles: `printf '\\000{"message_type":"sum\\n\\377\\376 done.\\n'; exit 0`,
  /** Says that all is well of a backup that nobody made. */
  lies: `echo '{"message_type":"summary","snapshot_id":null}'; exit 0`,
  /** Does its work, and says nothing of it. */
  isMute: `real "$@" >/dev/null; exit 0`,
} as const;

/** The real rustic behind a script. */
export function makeUnrulyRustic(): UnrulyRustic {
  const directory = tempDir("unruly-rustic");
  const path = join(directory, "rustic");
  const manner = join(directory, "manner");
  writeFileSync(path, script(manner));
  chmodSync(path, 0o755);
  return {
    path,
    behave: (lines, subcommand = "backup") =>
      writeFileSync(
        manner,
        `case " $* " in *" ${subcommand} "*)\n${lines}\n;; esac\n`,
      ),
    tame: () => rmSync(manner, { force: true }),
  };
}

const script = (manner: string) => `#!/bin/sh
real() { '${toolPath("rustic")}' "$@"; }
[ -e '${manner}' ] && . '${manner}'
exec '${toolPath("rustic")}' "$@"
`;
