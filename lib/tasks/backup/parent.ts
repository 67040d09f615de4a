/** The backup that a new one is compared with. */

import type { Backup } from "../../../conat-api/index.js";
import type { Repository } from "../../repository/index.js";
import type { TaskRun, Tools } from "../task.js";
import { takeReading } from "../unknown-backups.js";

/**
 * The project's newest backup. Rows that were lost, or are another host's,
 * are read first: without a parent all files are read again.
 */
export async function findParent(
  { job: { project_id }, signal }: TaskRun,
  tools: Tools,
  repository: Repository,
): Promise<Backup | undefined> {
  const { store, host } = tools;
  const { repository_id } = repository;
  if (!store.repositories.get(repository_id)?.read_at) {
    await takeReading(repository, tools, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      const facts = { error: String(error) };
      host.logger.warn("the list of backups could not be read", facts);
    });
  }
  return store.backups.list({ project_id, repository_id, limit: 1 })[0];
}
