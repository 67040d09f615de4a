/** Reading the list of backups from the repository into the rows. */

import { type BackupError, toBackupError } from "../../conat-api/index.js";
import type { Tools } from "../tasks/task.js";
import { takeReading } from "../tasks/unknown-backups.js";
import { settleDoubts } from "./doubt.js";

export interface Refresher {
  /** Reads now; whoever asks meanwhile shares the reading. */
  refresh(): Promise<void>;
  /** Reads what is there from now on: shares no reading that has begun. */
  refreshAgain(): Promise<void>;
  /** As refresh, without waiting: failures go to the log. */
  queue(): void;
  readonly busy: boolean;
  /** Why the last reading of this process failed; null when it did not. */
  readonly failure: BackupError | null;
  close(): Promise<void>;
}

export function createRefresher(tools: Tools): Refresher {
  const closing = new AbortController();
  let reading: Promise<void> | undefined;
  let failure: BackupError | null = null;
  const read = createReading(tools, closing.signal);
  // A backup that is forgotten between listing and reading: list again.
  const readAgain = (error: unknown) => {
    if ((error as BackupError).code === "NOT_FOUND") return read();
    throw error;
  };
  const readOnce = async () => {
    try {
      await read().catch(readAgain);
      failure = null;
    } catch (error) {
      failure = toBackupError(error);
      throw failure;
    }
  };
  const refresh = () => {
    reading ??= readOnce().finally(() => {
      reading = undefined;
    });
    return reading;
  };

  return {
    refresh,
    async refreshAgain() {
      await reading?.catch(() => {});
      await refresh();
    },
    queue() {
      refresh().catch((error: unknown) => {
        tools.host.logger.warn("the list of backups could not be read", {
          error: String(error),
        });
      });
    },
    get busy() {
      return reading !== undefined;
    },
    get failure() {
      return failure;
    },
    async close() {
      closing.abort();
      await reading?.catch(() => {});
    },
  };
}

/** Reading makes no repository. */
function createReading(tools: Tools, signal: AbortSignal): () => Promise<void> {
  const { store, repositories, host } = tools;
  // Told of once.
  const foreign = new Set<string>();
  const onMalformed = (snapshot: string) =>
    host.logger.warn("a snapshot cannot be read", { snapshot });

  return async () => {
    const repository = await repositories.find(signal);
    if (!repository) return;
    const { repository_id } = repository;
    // Before the listing: what is in doubt later may not be in it yet.
    const doubts = store.jobs.inDoubt(repository_id);
    const options = { signal, foreign, onMalformed };
    await takeReading(repository, tools, options);
    await settleDoubts(doubts, repository, tools, signal);
  };
}
