/**
 * What a job may leave behind when its process dies: a process group, a
 * stage, a half-done swap. Every step is safe to repeat.
 */

import { dirname } from "node:path";
import { BackupError } from "../../conat-api/index.js";
import { endGroup } from "../exec.js";
import { groupEnds, groupsOfJob, type JobMarks } from "../process-group.js";
import { isAlive } from "../process-identity.js";
import { removeTree } from "../source/remove.js";
import { capturesOf } from "../source/stage-shape.js";
import { groupOf, type JobRow, toJob } from "../store/index.js";
import { placesOf } from "./project-paths.js";
import { removeIfEmpty, removeStaging } from "./restore/staging.js";
import { type Move, parseJournal, settleSwap } from "./restore/swap.js";
import type { Tools } from "./task.js";

/**
 * Puts in order what a dead job left, once its commands have ended; what it
 * staged stays. "succeeded": its swap had begun and is now finished;
 * "failed": the job's work is not there.
 */
export async function settleLeftovers(
  row: JobRow,
  tools: Pick<Tools, "host" | "store">,
): Promise<"succeeded" | "failed"> {
  return row.kind === "restore" ? settleRestore(row, tools) : "failed";
}

type GroupColumns = Parameters<typeof groupOf>[0];

/** How long a killed process may take to end: it may wait for a slow disk. */
const endsWithinMs = 10_000;

/**
 * Until they are gone they write into what is removed next.
 *
 * @throws BackupError FILESYSTEM_FAILED
 */
export async function endGroupsOf(
  row: JobMarks & GroupColumns,
  { host, config }: Pick<Tools, "host" | "config">,
): Promise<void> {
  const { privileged = [] } = host;
  for (const pgid of groupsOf(row)) {
    await endGroup(pgid, { privileged, env: config.environment });
    if (!(await groupEnds(pgid, endsWithinMs))) throw unkillable(pgid);
  }
}

/**
 * The one that the row names, and what names the row: a host can die between
 * starting a command and noting it, and behind a prefix rustic is not the
 * leader and may outlive it.
 */
function groupsOf(row: JobMarks & GroupColumns): Set<number> {
  const groups = groupsOfJob(row);
  const group = groupOf(row);
  if (group && isAlive(group)) groups.add(group.pid);
  return groups;
}

function unkillable(pgid: number): BackupError {
  return new BackupError(
    "FILESYSTEM_FAILED",
    `The process group ${pgid} of a dead job does not end.`,
    { hint: "It is tried again; a disk may not answer." },
  );
}

async function settleRestore(
  row: JobRow,
  tools: Pick<Tools, "host" | "store">,
): Promise<"succeeded" | "failed"> {
  const moves = movesOf(row);
  const inPlace = toJob(row).target?.type === "in_place";
  const state = inPlace
    ? await settleStopped(row, moves, tools)
    : await settleSwap(moves);
  if (state === "new") {
    if (inPlace) await tellReplaced(row, tools);
    return "succeeded";
  }
  // Once the staged trees are gone the journal could not be read rightly.
  tools.store.jobs.note(row.job_id, noSwap);
  for (const { kept } of moves) {
    if (kept) await removeIfEmpty(dirname(kept));
  }
  return "failed";
}

/** The project may run by now: a host that fails to start it again is late. */
async function settleStopped(
  { project_id }: JobRow,
  moves: readonly Move[],
  { host }: Pick<Tools, "host">,
): Promise<"old" | "new"> {
  if (moves.length === 0) return "old";
  let state: "old" | "new" | undefined;
  try {
    await host.projects.withStopped(project_id, async () => {
      state = await settleSwap(moves);
    });
  } catch (error) {
    if (state === undefined) throw error;
  }
  return state ?? "old";
}

/** The swap is the truth, whatever the host makes of it. */
async function tellReplaced(
  { project_id, job_id }: JobRow,
  { host }: Pick<Tools, "host">,
): Promise<void> {
  try {
    await host.replaced?.(project_id);
  } catch (error) {
    host.logger.error("the host could not be told of a restore", {
      job_id,
      error: String(error),
    });
  }
}

const noSwap = { journal: null, kept_at: null };

/**
 * What a job staged, and nothing else. A restore that ended between its
 * renames keeps all: only a person can say what is right.
 *
 * @throws BackupError FILESYSTEM_FAILED; or the signal's reason, half done.
 */
export async function removeStages(
  { kind, job_id, project_id, state, journal, ...staged }: JobRow,
  {
    host,
    config,
    btrfs,
    store,
  }: Pick<Tools, "host" | "config" | "btrfs" | "store">,
  signal?: AbortSignal,
): Promise<void> {
  if (state === "failed" && journal !== null) return;
  const { stage, stage_beside } = staged;
  if (kind === "restore") {
    const paths = await host.projects.paths(project_id);
    const places = paths ? placesOf(paths) : [];
    await removeStaging({ host, config, btrfs }, places, job_id, signal);
  }
  // Where the project is gone only the row knows the places.
  if (stage_beside !== null) await removeTree(stage_beside, btrfs, signal);
  if (stage !== null) {
    await removeTree(stage, btrfs, signal);
    await removeTree(capturesOf(stage), btrfs, signal);
  }
  store.jobs.clearStage(job_id);
}

function movesOf({ journal }: JobRow): Move[] {
  return journal === null ? [] : parseJournal(journal);
}

/** Removes the old tree that an in-place restore kept aside. */
export async function removeKept(
  row: JobRow,
  { btrfs, store }: Pick<Tools, "btrfs" | "store">,
): Promise<void> {
  for (const { kept } of movesOf(row)) await removeTree(dirname(kept), btrfs);
  store.jobs.forgetKept(row.job_id);
}
