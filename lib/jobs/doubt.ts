/**
 * Backups in doubt: rustic had begun to write, nobody saw how it ended, and
 * only the repository can tell whether it finished.
 */

import { toBackupError } from "../../conat-api/index.js";
import { untilAborted, within } from "../aborted.js";
import type { Repository } from "../repository/index.js";
import type { JobRow, Settlement } from "../store/index.js";
import { adopted } from "../tasks/adoption.js";
import type { Tools } from "../tasks/task.js";
import { interrupted } from "./interrupted.js";
import type { Refresher } from "./refresh.js";
import { settlementOf } from "./settle.js";

const answerMs = 15_000;

/**
 * Asks for those that a recovery found running. A repository that does not
 * answer leaves them failed, and in doubt: a later reading settles that.
 */
export async function settleOrphans(
  orphans: readonly JobRow[],
  refresher: Refresher,
  tools: Tools,
  signal: AbortSignal,
): Promise<void> {
  if (orphans.length === 0) return;
  // They hold places under the cap: what takes longer stays in doubt.
  await within(answerMs, (patience) => {
    const until = AbortSignal.any([signal, patience]);
    return settleAll(orphans, refresher, tools, { signal, until });
  });
}

async function settleAll(
  orphans: readonly JobRow[],
  refresher: Refresher,
  tools: Tools,
  { signal, until }: { signal: AbortSignal; until: AbortSignal },
): Promise<void> {
  const repository = await readAgain(refresher, tools, until);
  if (signal.aborted) return;
  for (const row of orphans) {
    // Another one may be configured by now.
    const truth =
      repository?.repository_id === row.repository_id
        ? await truthOf(row, repository, tools, until)
        : undefined;
    if (signal.aborted) return;
    settleOrphan(row, truth, tools);
  }
}

/** undefined: it does not answer in time, or there is none. */
async function readAgain(
  refresher: Refresher,
  { repositories, host }: Tools,
  signal: AbortSignal,
): Promise<Repository | undefined> {
  try {
    await untilAborted(refresher.refreshAgain(), signal);
    return await repositories.find(signal);
  } catch (error) {
    const facts = { error: String(error) };
    host.logger.warn("dead backups could not be asked for", facts);
    return undefined;
  }
}

function settleOrphan(
  { job_id, kind }: JobRow,
  truth: Truth | undefined,
  tools: Tools,
): void {
  const { store, host } = tools;
  const now = host.clock.now();
  // What is there is certain once the row says so, and not before.
  if (truth && !truth.known) store.jobs.note(job_id, { in_doubt: false });
  store.jobs.settle(job_id, () => ({
    ...(truth?.known ?? settlementOf(interrupted(kind), tools, job_id)),
    now,
  }));
}

/**
 * What a reading showed of jobs that had failed in doubt before it began.
 */
export async function settleDoubts(
  doubts: readonly JobRow[],
  repository: Repository,
  tools: Tools,
  signal: AbortSignal,
): Promise<void> {
  const { store, host } = tools;
  for (const row of doubts) {
    const truth = await truthOf(row, repository, tools, signal);
    const now = host.clock.now();
    if (truth?.known) {
      store.jobs.settleDoubt(row.job_id, { ...truth.known, now });
    } else if (truth) store.jobs.clearDoubt(row.job_id);
  }
}

/** `known` is undefined where the job's backup is not in the repository. */
interface Truth {
  known: Omit<Settlement, "now"> | undefined;
}

/** undefined: the repository did not say. */
async function truthOf(
  row: JobRow,
  repository: Repository,
  { store, host }: Tools,
  signal: AbortSignal,
): Promise<Truth | undefined> {
  const found = store.backups.ofJob(row);
  if (!found) return { known: undefined };
  try {
    await repository.prove(found.backup_id, { signal });
    return { known: { ...adopted(row, found), state: "succeeded" } };
  } catch (error) {
    const { code, message } = toBackupError(error);
    if (code === "REPOSITORY_DAMAGED") {
      const known = { error_code: code, error_message: message };
      return { known: { ...known, state: "failed" } };
    }
    const facts = { job_id: row.job_id, code, message };
    host.logger.warn("a backup could not be proven", facts);
    return undefined;
  }
}
