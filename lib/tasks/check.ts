/**
 * A check: is all that the repository names there, and is it readable? The
 * metadata first, and what is found there is written down before any data is
 * read: that may take longer than there is time.
 */

import { z } from "zod";
import { BackupError } from "../../conat-api/index.js";
import type { CheckInput, Repository } from "../repository/index.js";
import { strongerTarget } from "../store/index.js";
import { withinBudget } from "./budget.js";
import { findUnhealed } from "./heal.js";
import { requireMaintainer } from "./maintainer.js";
import { openRepositoryOf } from "./open-repository.js";
import type { RepositoryRun, RepositoryTask, Tools } from "./task.js";

/** What is asked for, in a job's target. */
const Options = z.object({
  /** The next part of the data too; or all of it. */
  data: z.enum(["part", "all"]).optional(),
});
export type CheckOptions = z.infer<typeof Options>;

export const runCheck: RepositoryTask = async (run, tools) => {
  const { store, host } = tools;
  const { repository_id } = run.row;
  await requireMaintainer(repository_id, tools);
  const repository = await openRepositoryOf(run, tools);
  // A look at the data finds the same again, and would call it the data's.
  const isSound = await checkMetadata(run, repository, tools);
  const subset = isSound ? await checkData(run, repository, tools) : undefined;
  const known = store.repositories.get(repository_id);
  if (known && known.damage !== null) {
    const isUnread = isSound && subset === undefined;
    throw damaged(JSON.parse(known.damage) as string[], isUnread);
  }
  const counted = await repository.figures({ signal: run.signal });
  store.repositories.counted(repository_id, counted, host.clock.now());
  return {
    figures: {
      ...counted,
      ...(subset ? { part: subset.part, parts: subset.of } : {}),
    },
  };
};

type Subset = NonNullable<CheckInput["subset"]>;

async function checkMetadata(
  run: RepositoryRun,
  repository: Repository,
  tools: Tools,
): Promise<boolean> {
  const { store, host } = tools;
  const look = () => lookOnce({}, run, repository, tools);
  const errors = await findUnhealed(look, run, repository, tools);
  const { repository_id } = repository;
  store.repositories.checked(repository_id, { errors }, host.clock.now());
  return errors.length === 0;
}

/** undefined: none was asked for. */
async function checkData(
  run: RepositoryRun,
  repository: Repository,
  tools: Tools,
): Promise<Subset | undefined> {
  const { store, host } = tools;
  const { repository_id } = repository;
  const target = dataTargetOf(run, tools);
  if (target === undefined) return undefined;
  const subset = subsetOf(target, repository_id, tools);
  store.repositories.readingData(repository_id);
  const look = () => readData(subset, run, repository, tools);
  const errors = await findUnhealed(look, run, repository, tools);
  const part = errors.length === 0 ? following(subset) : undefined;
  store.repositories.checked(
    repository_id,
    { errors, part, target },
    host.clock.now(),
  );
  return subset;
}

/** What was found in all of the data is gone only from all of it. */
function dataTargetOf(
  { row }: RepositoryRun,
  { store }: Tools,
): string | undefined {
  if (row.target === null || !Options.parse(JSON.parse(row.target)).data) {
    return undefined;
  }
  const known = store.repositories.get(row.repository_id);
  return strongerTarget(row.target, known?.damage_target ?? null) ?? undefined;
}

function subsetOf(
  target: string,
  repository_id: string,
  { store, config }: Tools,
): Subset {
  const { data } = Options.parse(JSON.parse(target));
  if (data === "all") return { part: 1, of: 1 };
  const known = store.repositories.get(repository_id);
  const of = config.maintenance.data_parts * (known?.data_split ?? 1);
  // Fewer parts may be configured by now.
  return { part: Math.min(known?.data_part ?? 1, of), of };
}

function following({ part, of }: Subset): number {
  return (part % of) + 1;
}

/** A part that is too large for its time is smaller the next time. */
async function readData(
  subset: Subset,
  run: RepositoryRun,
  repository: Repository,
  tools: Tools,
): Promise<string[]> {
  const { repositories } = tools.store;
  const { repository_id } = repository;
  const known = repositories.get(repository_id);
  try {
    return await lookOnce({ subset }, run, repository, tools);
  } catch (error) {
    const { code } = error as BackupError;
    // What was found lies in this part, whatever a smaller one holds.
    const mayShrink = subset.of > 1 && !known?.damage_target;
    if (code === "LIMIT_EXCEEDED" && mayShrink) {
      repositories.splitData(repository_id);
    }
    throw error;
  }
}

async function lookOnce(
  input: CheckInput,
  run: RepositoryRun,
  repository: Repository,
  { config }: Tools,
): Promise<string[]> {
  const { budget_minutes } = config.maintenance;
  const { onGroup } = run;
  const { errors } = await withinBudget(budget_minutes, run.signal, (signal) =>
    repository.check(input, { signal, onGroup }),
  );
  return errors;
}

/** `isUnread`: it was found in data that this check has not read. */
function damaged(errors: readonly string[], isUnread: boolean): BackupError {
  return new BackupError(
    "REPOSITORY_DAMAGED",
    `The repository is damaged: the check found ${errors.length === 1 ? "an error" : `${errors.length} errors`}.`,
    {
      hint: isUnread
        ? "What was found lies in the data: where it is repaired, run: project-backups repo check --read-part"
        : "Do not prune it, and look at the host's log: other backups in it may still be whole.",
      details: errors.join("\n"),
    },
  );
}
