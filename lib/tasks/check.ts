/** A check: is all that the repository names there, and is it readable? */

import { z } from "zod";
import { BackupError } from "../../conat-api/index.js";
import type { CheckInput } from "../repository/index.js";
import { strongerTarget } from "../store/index.js";
import { withinBudget } from "./budget.js";
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
  const { store, host, config } = tools;
  const { repository_id } = run.row;
  await requireMaintainer(repository_id, tools);
  const repository = await openRepositoryOf(run, tools);
  const target = targetOf(run, tools);
  const subset = subsetOf(target, repository_id, tools);
  run.note({ phase: "checking" });
  const { budget_minutes } = config.maintenance;
  const { onGroup } = run;
  const { errors } = await withinBudget(budget_minutes, run.signal, (signal) =>
    repository.check({ subset }, { signal, onGroup }),
  );
  const part = subset && errors.length === 0 ? following(subset) : undefined;
  store.repositories.checked(
    repository_id,
    { errors, part, target },
    host.clock.now(),
  );
  if (errors.length > 0) throw damaged(errors);
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

/** What was found in the data is not gone because only names are looked at. */
function targetOf({ row }: RepositoryRun, { store }: Tools): string | null {
  const known = store.repositories.get(row.repository_id);
  return strongerTarget(row.target, known?.damage_target ?? null);
}

function subsetOf(
  target: string | null,
  repository_id: string,
  { store, config }: Tools,
): Subset | undefined {
  const { data } = Options.parse(JSON.parse(target ?? "{}"));
  if (data === undefined) return undefined;
  if (data === "all") return { part: 1, of: 1 };
  const of = config.maintenance.data_parts;
  const part = store.repositories.get(repository_id)?.data_part ?? 1;
  // Fewer parts may be configured by now.
  return { part: Math.min(part, of), of };
}

function following({ part, of }: Subset): number {
  return (part % of) + 1;
}

function damaged(errors: readonly string[]): BackupError {
  return new BackupError(
    "REPOSITORY_DAMAGED",
    `The repository is damaged: the check found ${errors.length === 1 ? "an error" : `${errors.length} errors`}.`,
    {
      hint: "Do not prune it, and look at the host's log: other backups in it may still be whole.",
      details: errors.join("\n"),
    },
  );
}
