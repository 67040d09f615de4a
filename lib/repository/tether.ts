/** A command that must not outlive the host's process. */

import type { BackupError } from "../../conat-api/index.js";
import { run } from "../exec.js";

/**
 * The kernel kills what runs behind it when its parent dies, by SIGKILL
 * too; about 1 ms a command. It goes directly before the command: entering a
 * user namespace and running a set-uid program clear the death signal.
 */
const tether = ["setpriv", "--pdeathsig", "KILL"] as const;

/** Empty where this machine has no setpriv (util-linux) that can do it. */
export async function findTether(
  env: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const [file, ...args] = tether;
  try {
    const { exitCode } = await run({ file, args: [...args, "true"], env });
    return exitCode === 0 ? tether : [];
  } catch (error) {
    if ((error as BackupError).code === "COMMAND_MISSING") return [];
    throw error;
  }
}
