/** Copying a tree with everything that belongs to it. */

import { BackupError } from "../../conat-api/index.js";
import { type CommandSettings, runPrivileged } from "./watch.js";

export type CopySettings = CommandSettings;

/**
 * `target` is made, or is an empty directory. Reflinks where the file system
 * has them.
 *
 * @throws BackupError NO_SPACE or FILESYSTEM_FAILED; CANCELLED or STALLED,
 * where `settings` ask for it. A file that vanished meanwhile (the -wal of a
 * database) is no failure.
 */
export async function copyTree(
  source: string,
  target: string,
  { privileged, environment, signal, onGroup, idleTimeoutMs }: CopySettings,
): Promise<void> {
  const { exitCode, stderr } = await runPrivileged(
    ["cp", "-a", "--reflink=auto", "-T", source, target],
    { privileged, environment, signal, onGroup, idleTimeoutMs },
  );
  if (exitCode === 0 || (exitCode === 1 && onlyVanished(stderr))) return;
  throw new BackupError(
    /No space left|quota exceeded/i.test(stderr)
      ? "NO_SPACE"
      : "FILESYSTEM_FAILED",
    "The project's persist store could not be copied.",
    { hint: "The host's log has the reason.", details: stderr },
  );
}

/** A line each; names with line breaks are quoted. */
function onlyVanished(stderr: string): boolean {
  const lines = stderr.split("\n").filter((line) => line !== "");
  return (
    lines.length > 0 &&
    lines.every((line) => /cannot (stat|open|access) .*No such file/.test(line))
  );
}
