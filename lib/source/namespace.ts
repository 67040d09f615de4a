/**
 * A mount namespace that a command runs in. Its mounts end with the process,
 * so none can be left behind, whatever dies.
 */

import type { BackupError } from "../../conat-api/index.js";
import type { Command } from "../exec.js";
import type { Capture } from "./sqlite-capture.js";
import { type CommandSettings, runPrivileged } from "./watch.js";

/**
 * Links are not followed there, by the kernel's word (Linux 5.10): a user
 * can put one in the place of a file or a directory at any time, and root
 * would read, or mount, wherever it leads. `mount` itself resolves links
 * before the kernel sees a path, unless it is told not to (`-c`). In a user
 * namespace, flags that the file system has already must be named again;
 * none of these hinders reading.
 */
const bindReadOnly = `
flags=remount,bind,ro,nosuid,nodev,noexec,nosymfollow
bind() { mount -c --bind "$1" "$2" && mount -c -o "$flags" "$2"; }`;

const probe = `${bindReadOnly}
bind "$1" "$1" && grep -q nosymfollow /proc/self/mountinfo`;

/** Can commands run so on this machine? `directory` is any of ours. */
export async function canEnterNamespace(
  directory: string,
  settings: CommandSettings,
): Promise<boolean> {
  const line = [
    ...namespaceLine(settings.privileged),
    ...["sh", "-c", probe, "sh", directory],
  ];
  const probed = runPrivileged(line, settings).catch((error: BackupError) => {
    if (error.code === "COMMAND_MISSING") return undefined;
    throw error;
  });
  return (await probed)?.exitCode === 0;
}

/**
 * How to enter a mount namespace here: as root plainly, else in a user
 * namespace that keeps owners true. As a slave: nothing that we mount is seen
 * outside, but what an operator unmounts goes here too. A private copy of all
 * mounts would keep another project's device busy until the job ends.
 */
function namespaceLine(privileged: readonly string[]): readonly string[] {
  if (privileged.length > 0 || process.getuid?.() === 0) {
    return ["unshare", "--mount", "--propagation", "slave"];
  }
  return [
    ...["unshare", "--user", "--map-current-user", "--keep-caps"],
    ...["--mount", "--propagation", "slave"],
  ];
}

export interface Layout {
  stage: string;
  project: string;
  /** "" where it is part of the project. */
  persist: string;
  captures: readonly Capture[];
  /** Gets the `staged` of captures whose file was gone, a line each. */
  missed: string;
}

/**
 * Arguments: stage, project, persist, missed, the command. stdin: lines in
 * pairs, a copy and its name below the stage; they would not fit into the
 * arguments.
 */
const enterStage = `${bindReadOnly}
set -e
stage=$1 project=$2 persist=$3 missed=$4; shift 4
bind "$project" "$stage/project"
[ -z "$persist" ] || bind "$persist" "$stage/persist"
while IFS= read -r copy && IFS= read -r name; do
  [ -f "$stage/$name" ] && mount -c --bind "$copy" "$stage/$name" 2>/dev/null ||
    printf '%s\\n' "$name" >>"$missed"
done
cd "$stage"
exec "$@" </dev/null`;

/** Each mount takes 3 ms: a thousand captures add three seconds. */
export function inNamespace(
  privileged: readonly string[],
  { file, args, ...rest }: Command,
  { stage, project, persist, captures, missed }: Layout,
): Command {
  const line = [
    ...namespaceLine(privileged),
    ...["sh", "-c", enterStage, "sh"],
    ...[stage, project, persist, missed],
    ...[file, ...args],
  ];
  const pairs = captures.map(({ copy, staged }) => `${copy}\n${staged}\n`);
  const [first = "", ...others] = line;
  return { ...rest, file: first, args: others, input: pairs.join("") };
}
