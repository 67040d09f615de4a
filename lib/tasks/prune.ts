/** A prune: what no backup needs is marked, and what was marked long ago goes. */

import { requireWhole } from "./damage.js";
import { requireMaintainer } from "./maintainer.js";
import { openRepositoryOf } from "./open-repository.js";
import { pruneUntilProven } from "./prune-until-proven.js";
import type { RepositoryTask } from "./task.js";

export const runPrune: RepositoryTask = async (run, tools) => {
  await requireMaintainer(run.row.repository_id, tools);
  requireWhole(run, tools);
  const repository = await openRepositoryOf(run, tools);
  const { keep_delete_hours, repack_bytes } = tools.config.maintenance;
  const input = {
    keepDeleteSeconds: keep_delete_hours * 3600,
    maxRepackBytes: repack_bytes,
  };
  const figures = await pruneUntilProven(input, run, repository, tools);
  return { figures };
};
