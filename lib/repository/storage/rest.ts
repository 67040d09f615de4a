/** A REST server: rustic's `rest:` back end. */

import { readFileSync } from "node:fs";
import type { Location } from "../location.js";
import { ask, type AskOptions } from "./ask.js";
import type { FileName, Storage } from "./storage.js";

export function restStorage(location: Location): Storage {
  const url = restUrl(location);
  return {
    url,
    ...restTrust(location),
    question: (file) =>
      Promise.resolve({ method: "HEAD", url: new URL(nameOf(file), url) }),
    size: ({ headers }) => headers["content-length"],
  };
}

/** The status of the repository's `config`. */
export async function configStatus(
  location: Location,
  signal?: AbortSignal,
): Promise<number> {
  const url = new URL("config", restUrl(location));
  const options: AskOptions = { signal, ...restTrust(location) };
  return (await ask({ method: "HEAD", url }, options)).status;
}

function restUrl({ repository }: Location): URL {
  const url = repository.slice("rest:".length);
  return new URL(url.endsWith("/") ? url : `${url}/`);
}

function restTrust({ options }: Location): Pick<AskOptions, "ca"> {
  return options.cacert ? { ca: readFileSync(options.cacert) } : {};
}

function nameOf({ folder, id }: FileName): string {
  return `${folder}/${id}`;
}
