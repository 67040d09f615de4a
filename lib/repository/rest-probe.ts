/**
 * Is there a repository at a REST address? rustic says "No repository config
 * file found" for 401, 403, 404 and 502 alike, so we ask for `config`
 * ourselves before anything is made there.
 */

import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { BackupError } from "../../conat-api/index.js";
import type { Location } from "./location.js";

const timeoutMs = 30_000;

/**
 * @throws BackupError REPOSITORY_REJECTED or REPOSITORY_UNREACHABLE: then
 * nobody knows whether there is one.
 */
export async function restRepositoryExists(
  location: Location,
): Promise<boolean> {
  const status = await headStatus(location);
  if (status === 200) return true;
  if (status === 404) return false;
  if (status === 401 || status === 403) {
    throw new BackupError(
      "REPOSITORY_REJECTED",
      "The repository refused this host's credentials.",
      { hint: "Check the user name and password in the configuration." },
    );
  }
  throw new BackupError(
    "REPOSITORY_UNREACHABLE",
    `The repository's server answered with status ${status}.`,
    { hint: "Check the server; it is tried again by itself." },
  );
}

function headStatus({ repository, options }: Location): Promise<number> {
  const base = repository.slice("rest:".length);
  const url = new URL("config", base.endsWith("/") ? base : `${base}/`);
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        method: "HEAD",
        timeout: timeoutMs,
        ...(options.cacert ? { ca: readFileSync(options.cacert) } : {}),
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    asked.on("timeout", () => asked.destroy(new Error("timed out")));
    asked.on("error", (error) =>
      reject(
        new BackupError(
          "REPOSITORY_UNREACHABLE",
          "The repository's server does not answer.",
          { hint: "Check the network and the server.", cause: error },
        ),
      ),
    );
    asked.end();
  });
}
