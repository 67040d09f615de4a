/** Reading the list of backups from the repository into the rows. */

import type { BackupError } from "../../conat-api/index.js";
import type { Tools } from "../tasks/task.js";

export interface Refresher {
  /** Reads now; whoever asks meanwhile shares the reading. */
  refresh(): Promise<void>;
  /** The same, without waiting: failures go to the log. */
  queue(): void;
  readonly busy: boolean;
  close(): Promise<void>;
}

/**
 * Lists ids, subtracts those that are known and reads the rest: 11 ms plus
 * what is new, where reading all takes 100 ms at 2,000 backups.
 */
export function createRefresher({
  store,
  repositories,
  host,
}: Tools): Refresher {
  const closing = new AbortController();
  let reading: Promise<void> | undefined;

  const read = async () => {
    const options = { signal: closing.signal };
    const repository = await repositories.open(closing.signal);
    const { repository_id } = repository;
    const known = new Set(store.backups.ids(repository_id));
    const found = new Set(await repository.ids(options));
    const unknown = [...found].filter((id) => !known.has(id));
    const added = await repository.read(unknown, options);
    const gone = [...known].filter((id) => !found.has(id));
    const now = host.clock.now();
    store.backups.takeReading({ repository_id, added, gone, now });
  };
  // A backup that is forgotten between listing and reading: list again.
  const readAgain = (error: unknown) => {
    if ((error as BackupError).code === "NOT_FOUND") return read();
    throw error;
  };
  const refresh = () => {
    reading ??= read()
      .catch(readAgain)
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };

  return {
    refresh,
    queue() {
      refresh().catch((error: unknown) => {
        host.logger.warn("the list of backups could not be read", {
          error: String(error),
        });
      });
    },
    get busy() {
      return reading !== undefined;
    },
    async close() {
      closing.abort();
      await reading?.catch(() => {});
    },
  };
}
