/**
 * Backups that were forgotten long enough ago leave the repository. Only those
 * of projects that live on this host, or that it knows to be deleted.
 */

import type { Repository } from "../repository/index.js";
import type { BackupKey } from "../store/index.js";
import { requireWhole } from "./damage.js";
import { expiredOf } from "./expired.js";
import { openRepositoryOf } from "./open-repository.js";
import type { RepositoryRun, RepositoryTask, Tools } from "./task.js";

/** Ids in one command line. */
const atOnce = 200;

export const runForget: RepositoryTask = async (run, tools) => {
  requireWhole(run, tools);
  const repository = await openRepositoryOf(run, tools);
  run.note({ phase: "forgetting" });
  let forgotten = 0;
  for (;;) {
    const keys = takeLeave(repository, tools);
    if (keys.length === 0) break;
    await remove(keys, repository, run, tools);
    tools.store.annotations.removed(keys);
    forgotten += keys.length;
  }
  return { figures: { forgotten } };
};

/** In one step: from then on nobody takes one back. */
function takeLeave({ repository_id }: Repository, tools: Tools): BackupKey[] {
  const { store } = tools;
  return store.transaction(() => {
    // Of a job that was killed: only this one removes any.
    store.annotations.stay(repository_id);
    const keys = expiredOf(repository_id, tools, atOnce);
    store.annotations.leave(keys);
    return keys;
  });
}

async function remove(
  keys: readonly BackupKey[],
  repository: Repository,
  { signal, onGroup }: RepositoryRun,
  { store }: Tools,
): Promise<void> {
  const ids = keys.map(({ backup_id }) => backup_id);
  try {
    await repository.forget(ids, { signal, onGroup });
  } catch (error) {
    // What is still there can be taken back; where it cannot be asked, the
    // next job sees to it.
    const left = await repository.ids({ signal }).catch(() => undefined);
    if (left) {
      const gone = keys.filter(({ backup_id }) => !left.includes(backup_id));
      store.annotations.removed(gone);
      store.annotations.stay(repository.repository_id);
    }
    throw error;
  }
}
