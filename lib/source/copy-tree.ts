/** Copying a tree with everything that belongs to it. */

import { BackupError } from "../../conat-api/index.js";
import { run } from "../exec.js";

export interface CopySettings {
  privileged: readonly string[];
  environment: Readonly<Record<string, string>>;
}

/**
 * `target` is made, or is an empty directory. Reflinks where the file system
 * has them.
 *
 * @throws BackupError NO_SPACE or FILESYSTEM_FAILED; a file that vanished
 * meanwhile (the -wal of a database) is no failure.
 */
export async function copyTree(
  source: string,
  target: string,
  { privileged, environment }: CopySettings,
): Promise<void> {
  const copy = ["cp", "-a", "--reflink=auto", "-T", source, target];
  const [file = "cp", ...args] = [...privileged, ...copy];
  const { exitCode, stderr } = await run({ file, args, env: environment });
  const vanished = /cannot (stat|open) .*No such file/.test(stderr);
  if (exitCode === 0 || (exitCode === 1 && vanished)) return;
  throw new BackupError(
    /No space left|quota exceeded/i.test(stderr)
      ? "NO_SPACE"
      : "FILESYSTEM_FAILED",
    "The project's persist store could not be copied.",
    { hint: "The host's log has the reason.", details: stderr },
  );
}
