/** Projects, kept trees and restored directories: whole, and as rows say. */

import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { RestoreTarget } from "../../../../conat-api/index.js";
import type { JobRow } from "../../../../lib/store/index.js";
import type { Ledger } from "../ledger.js";
import { type Project, readTrees, type World } from "../world.js";

/** `rows` are those of this round. */
export function checkTrees(
  { projects, restored }: World,
  rows: readonly JobRow[],
  ledger: Ledger,
): string[] {
  const restores = rows.filter(({ kind }) => kind === "restore");
  const at = (row: JobRow) => RestoreTarget.parse(JSON.parse(`${row.target}`));
  const inPlace = restores.filter((row) => at(row).type === "in_place");
  return [
    ...projects.flatMap((project) => checkProject(project, inPlace, ledger)),
    ...inPlace.flatMap(checkKept),
    ...restores.flatMap((row) => {
      const target = at(row);
      return target.type === "directory"
        ? checkDirectory(row, target.path, ledger)
        : [];
    }),
    ...checkNothingElse(restored),
  ];
}

/** The old tree or the restored one, and the row says which. */
function checkProject(
  { project_id, read }: Project,
  restores: readonly JobRow[],
  { before, holds }: Ledger,
): string[] {
  const found = read();
  if (typeof found === "string") return [`not whole: ${found}`];
  const last = restores
    .filter((row) => row.project_id === project_id)
    .findLast(({ state }) => state === "succeeded");
  const may = last
    ? [...(holds.get(last.backup_id ?? "") ?? [])]
    : [before.get(project_id)];
  if (may.includes(found)) return [];
  const after = last ? `restore ${last.job_id}` : "no restore";
  return [
    `${project_id} is of version ${found} after ${after}, not of ${may.join(" or ")}`,
  ];
}

function checkKept({ job_id, state, kept_at }: JobRow): string[] {
  if (kept_at === null) return [];
  if (state !== "succeeded") return [`${job_id} (${state}) kept a tree`];
  const trees = ["project", "persist"]
    .map((name) => join(kept_at, name))
    .filter((path) => existsSync(path));
  const found = readTrees(trees);
  return typeof found === "string" ? [`kept, but not whole: ${found}`] : [];
}

function checkDirectory(
  { job_id, state, backup_id }: JobRow,
  path: string,
  { holds }: Ledger,
): string[] {
  const there = existsSync(path);
  if (there !== (state === "succeeded")) {
    const is = there ? "is there" : "is missing";
    return [`${basename(path)} of restore ${job_id} (${state}) ${is}`];
  }
  if (!there) return [];
  const trees = readdirSync(path).map((name) => join(path, name));
  const found = readTrees(trees);
  if (typeof found === "string") return [`restored, but not whole: ${found}`];
  return holds.get(backup_id ?? "")?.has(found)
    ? []
    : [`${basename(path)} is of version ${found}, not what the backup holds`];
}

function checkNothingElse(restored: string): string[] {
  return readdirSync(restored)
    .filter((name) => name.startsWith("."))
    .map((name) => `${name} was left among the restored directories`);
}
