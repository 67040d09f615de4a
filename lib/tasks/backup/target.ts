/** Where a backup goes, and what it is compared with there. */

import type { Backup } from "../../../conat-api/index.js";
import type { Repository } from "../../repository/index.js";
import type { TaskRun, Tools } from "../task.js";
import { findParent } from "./parent.js";

export interface Target {
  repository: Repository;
  parent: Backup | undefined;
}

export async function openTarget(run: TaskRun, tools: Tools): Promise<Target> {
  const { project_id } = run.job;
  const repository = await tools.repositories.resolve(project_id, run.signal);
  const { repository_id } = repository;
  const parent = await findParent(run, tools, repository);
  run.note({
    repository_id,
    ...(parent?.size_bytes ? { bytes_total: parent.size_bytes } : {}),
  });
  return { repository, parent };
}
