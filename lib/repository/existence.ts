/**
 * Is there really no repository? rustic says "No repository config file
 * found" for a REST server that answers 401, 403, 404 or 502, and for a
 * directory that it may not read, alike. So we look for `config` ourselves
 * before anybody believes it, above all before one is made there.
 */

import { readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { join } from "node:path";
import { BackupError } from "../../conat-api/index.js";
import type { Location } from "./location.js";

const timeoutMs = 30_000;

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
  const status = await headStatus(location, signal);
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

function headStatus(
  { repository, options }: Location,
  signal?: AbortSignal,
): Promise<number> {
  const base = repository.slice("rest:".length);
  const url = new URL("config", base.endsWith("/") ? base : `${base}/`);
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        method: "HEAD",
        timeout: timeoutMs,
        ...(signal ? { signal } : {}),
        ...(options.cacert ? { ca: readFileSync(options.cacert) } : {}),
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    asked.on("timeout", () => asked.destroy(new Error("timed out")));
    asked.on("error", (error) => reject(unanswered(error, signal)));
    asked.end();
  });
}

function unanswered(error: Error, signal?: AbortSignal): BackupError {
  if (signal?.reason instanceof BackupError) return signal.reason;
  if (signal?.aborted) {
    return new BackupError("CANCELLED", "The job was cancelled.");
  }
  return new BackupError(
    "REPOSITORY_UNREACHABLE",
    "The repository's server does not answer.",
    { hint: "Check the network and the server.", cause: error },
  );
}
