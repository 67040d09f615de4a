/** Reading the list of backups from the repository into the rows. */

import { type BackupError, toBackupError } from "../../conat-api/index.js";
import type { Tools } from "../tasks/task.js";

type Repository = Awaited<ReturnType<Tools["repositories"]["open"]>>;

export interface Refresher {
  /** Reads now; whoever asks meanwhile shares the reading. */
  refresh(): Promise<void>;
  /** The same, without waiting: failures go to the log. */
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

/**
 * Lists ids, subtracts those that are known and reads the rest: 11 ms plus
 * what is new, where reading all takes 100 ms at 2,000 backups. Reading
 * makes no repository.
 */
function createReading(
  { store, repositories, host }: Tools,
  signal: AbortSignal,
): () => Promise<void> {
  // Snapshots that are no backups of projects; told of once.
  const foreign = new Set<string>();
  const onMalformed = (snapshot: string) =>
    host.logger.warn("a snapshot cannot be read", { snapshot });

  const readNew = async (repository: Repository) => {
    const { repository_id } = repository;
    // Before the listing: a backup that settles meanwhile is not in it.
    const before = store.backups.ids(repository_id);
    const found = new Set(await repository.ids({ signal }));
    const known = new Set(store.backups.ids(repository_id));
    const unknown = [...found].filter(
      (id) => !known.has(id) && !foreign.has(id),
    );
    const added = await repository.read(unknown, { signal, onMalformed });
    for (const id of unknown) foreign.add(id);
    for (const { backup_id } of added) foreign.delete(backup_id);
    return { added, gone: before.filter((id) => !found.has(id)) };
  };

  return async () => {
    const repository = await repositories.find(signal);
    if (!repository) return;
    const { repository_id } = repository;
    const { added, gone } = await readNew(repository);
    const now = host.clock.now();
    store.backups.takeReading({ repository_id, added, gone, now });
  };
}
