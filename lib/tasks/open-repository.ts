/** The repository of a job that belongs to no project. */

import { BackupError } from "../../conat-api/index.js";
import type { Repository } from "../repository/index.js";
import type { RepositoryRun, Tools } from "./task.js";

/** @throws BackupError CONFLICT: another one is configured by now. */
export async function openRepositoryOf(
  { row, signal }: RepositoryRun,
  { repositories }: Pick<Tools, "repositories">,
): Promise<Repository> {
  const repository = await repositories.find(signal);
  if (repository?.repository_id === row.repository_id) return repository;
  throw new BackupError(
    "CONFLICT",
    "This host has another repository than the one that the job is about.",
    { hint: "Ask again." },
  );
}
