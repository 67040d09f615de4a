/**
 * Is there really no repository? rustic says "No repository config file
 * found" for a REST server that answers 401, 403, 404 or 502, and for a
 * directory that it may not read, alike. So we look for `config` ourselves
 * before anybody believes it, above all before one is made there.
 */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { BackupError } from "../../conat-api/index.js";
import type { Location } from "./location.js";
import { configStatus } from "./storage/rest.js";

/**
 * @throws `error` when it is true, else a BackupError that says what hides
 * the repository: REPOSITORY_REJECTED, REPOSITORY_UNREACHABLE or
 * FILESYSTEM_FAILED.
 */
export async function confirmMissing(
  location: Location,
  error: BackupError,
  signal?: AbortSignal,
): Promise<never> {
  const { repository } = location;
  if (repository.startsWith("rest:")) await confirmRest(location, signal);
  if (repository.startsWith("local:")) await confirmLocal(location);
  throw error;
}

async function confirmLocal({ repository }: Location): Promise<void> {
  try {
    await stat(join(repository.slice("local:".length), "config"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return;
    throw hidden(`its files cannot be read (${code})`, error);
  }
  throw hidden("its files cannot be read");
}

function hidden(reason: string, cause?: unknown): BackupError {
  return new BackupError(
    "FILESYSTEM_FAILED",
    `Could not open the repository: ${reason}.`,
    { hint: "Check the storage and who may read it.", cause },
  );
}

async function confirmRest(
  location: Location,
  signal?: AbortSignal,
): Promise<void> {
  const status = await configStatus(location, signal);
  if (status === 404) return;
  if (status === 401 || status === 403) {
    throw new BackupError(
      "REPOSITORY_REJECTED",
      "The repository refused this host's credentials.",
      { hint: "Check the user name and password in the configuration." },
    );
  }
  throw new BackupError(
    "REPOSITORY_UNREACHABLE",
    status === 200
      ? "The repository's server did not answer as it should a moment ago."
      : `The repository's server answered with status ${status}.`,
    { hint: "Check the server, then start again." },
  );
}
