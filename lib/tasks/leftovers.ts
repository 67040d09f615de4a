/**
 * What a job may leave behind when its process dies: a process group, a
 * stage, a half-done swap. Every step is safe to repeat.
 */

import { dirname } from "node:path";
import type { JobKind } from "../../conat-api/index.js";
import { isAlive } from "../process-identity.js";
import { killGroup } from "../process-group.js";
import { removeTree } from "../source/remove.js";
import { capturesOf } from "../source/stage-shape.js";
import { groupOf, type JobRow } from "../store/index.js";
import { removeStaging } from "./restore/in-place.js";
import { parseJournal, settleSwap } from "./restore/swap.js";
import type { Tools } from "./task.js";

/**
 * Ends and removes what a dead job left. "succeeded": its swap had begun and
 * is now finished; "failed": the job's work is not there.
 */
export async function cleanUpAfter(
  row: JobRow,
  tools: Pick<Tools, "host" | "config" | "btrfs" | "store">,
): Promise<"succeeded" | "failed"> {
  const group = groupOf(row);
  if (group && isAlive(group)) killGroup(group.pid);
  return leftoversOf[row.kind](row, tools);
}

const leftoversOf: Record<
  JobKind,
  (
    row: JobRow,
    tools: Pick<Tools, "host" | "config" | "btrfs" | "store">,
  ) => Promise<"succeeded" | "failed">
> = {
  async backup(row, { btrfs, store }) {
    if (row.stage !== null) {
      await removeTree(row.stage, btrfs);
      await removeTree(capturesOf(row.stage), btrfs);
      store.jobs.clearStage(row.job_id);
    }
    return "failed";
  },

  async restore(row, { host, config, btrfs, store }) {
    const { journal, project_id, job_id, stage } = row;
    const moves = journal === null ? [] : parseJournal(journal);
    const state = moves.length > 0 ? await settleSwap(moves) : "old";
    const paths = await host.projects.paths(project_id);
    if (paths) await removeStaging({ config, btrfs }, paths, job_id);
    if (stage !== null) await removeTree(stage, btrfs);
    store.jobs.clearStage(job_id);
    if (state === "new") {
      await host.replaced?.(project_id);
      return "succeeded";
    }
    store.jobs.forgetKept(job_id);
    return "failed";
  },
};

/** Removes the old tree that an in-place restore kept aside. */
export async function removeKept(
  row: JobRow,
  { btrfs, store }: Pick<Tools, "btrfs" | "store">,
): Promise<void> {
  const moves = row.journal === null ? [] : parseJournal(row.journal);
  for (const { kept } of moves) await removeTree(dirname(kept), btrfs);
  store.jobs.forgetKept(row.job_id);
}
