/**
 * Backups that were forgotten long enough ago leave the repository. Only those
 * of projects that live on this host, or that it knows to be deleted.
 */

import { expiredOf } from "./expired.js";
import { openRepositoryOf } from "./open-repository.js";
import type { RepositoryTask } from "./task.js";

/** Ids in one command line. */
const atOnce = 200;

export const runForget: RepositoryTask = async (run, tools) => {
  const { store } = tools;
  const repository = await openRepositoryOf(run, tools);
  run.note({ phase: "forgetting" });
  let forgotten = 0;
  for (;;) {
    // Again each time: somebody may have taken one back meanwhile.
    const keys = expiredOf(run.row.repository_id, tools, atOnce);
    if (keys.length === 0) break;
    const ids = keys.map(({ backup_id }) => backup_id);
    await repository.forget(ids, { signal: run.signal, onGroup: run.onGroup });
    store.annotations.removed(keys);
    forgotten += keys.length;
  }
  return { figures: { forgotten } };
};
