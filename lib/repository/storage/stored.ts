/** Does the storage hold these files, each with its size? */

import { setMaxListeners } from "node:events";
import type { Location } from "../location.js";
import { ask, connections } from "./ask.js";
import { gcsStorage } from "./gcs.js";
import { restStorage } from "./rest.js";
import { s3Storage } from "./s3.js";
import type { FileName, Storage } from "./storage.js";

export interface SizedFile extends FileName {
  size: number;
}

/**
 * Asks over connections that stay open until `close`.
 */
export interface Asking {
  /**
   * true: each of them, clearly. false proves nothing.
   *
   * @throws BackupError REPOSITORY_UNREACHABLE, or the signal's reason.
   */
  allStored(files: readonly SizedFile[]): Promise<boolean>;
  close(): void;
}

export function askStorage(location: Location, signal?: AbortSignal): Asking {
  const storage = storageOf(location);
  const agent = connections(storage.url);
  const ending = new AbortController();
  const signals = [ending.signal, ...(signal ? [signal] : [])];
  const ended = AbortSignal.any(signals);
  // Each question listens.
  setMaxListeners(0, ended);
  const options = { agent, signal: ended, ca: storage.ca };
  const isStored = async ({ size, ...file }: SizedFile) => {
    const answer = await ask(await storage.question(file), options);
    return answer.status === 200 && storage.size(answer) === String(size);
  };
  return {
    async allStored(files) {
      const stored = await Promise.all(files.map(isStored));
      return stored.every(Boolean);
    },
    close() {
      ending.abort();
      agent.destroy();
    },
  };
}

function storageOf(location: Location): Storage {
  const { repository } = location;
  if (repository === "opendal:s3") return s3Storage(location);
  if (repository === "opendal:gcs") return gcsStorage(location);
  return restStorage(location);
}
