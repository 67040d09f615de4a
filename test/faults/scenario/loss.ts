/** The job file is lost while the host is away. */

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import type { World } from "../world/world.js";
import type { Facts, Saved } from "./facts.js";
import { rememberPlaces } from "./projects.js";

const rare = 0.06;

/**
 * Not while a restore runs or could not be cleaned up after: with its journal
 * gone nobody could tell which tree is the project's.
 */
export function perhapsLoseRows(world: World, facts: Facts): void {
  const { chance, places, state } = world;
  const path = join(places.data, "project-backups.sqlite");
  if (!chance.chance(rare) || !existsSync(path) || restores(path)) return;
  const saved = {
    ...Object.fromEntries(stillSaved(path, facts)),
    ...savedIn(path),
  };
  for (const suffix of ["", "-wal", "-shm"]) {
    rmSync(path + suffix, { force: true });
  }
  rememberPlaces(places, facts);
  forgetMarks(facts, saved);
  const forgotten = { seenRestores: [], cancelled: {}, asked: {} };
  Object.assign(facts, { lostRows: true, ...forgotten });
  facts.promises.length = 0;
  facts.takenBack.length = 0;
  facts.acknowledged.length = 0;
  for (const one of state.outliving) one.hasRow = false;
}

function restores(path: string): boolean {
  const sql =
    "SELECT 1 FROM jobs WHERE kind = 'restore' AND (state = 'running' OR stage IS NOT NULL)";
  return select(path, sql).length > 0;
}

/** What was written to a document outlives the file; nothing else does. */
function savedIn(path: string): Record<string, Saved> {
  const projects = select<Annotated>(
    path,
    `SELECT project_id, policy FROM projects
     WHERE written_at >= annotated_at`,
  );
  // What only retention forgot is in no document.
  const all = select<Saved["backups"][number] & { project_id: string }>(
    path,
    `SELECT project_id, backup_id, pinned, name FROM annotations
     WHERE updated_at > 0 OR forgotten_by = 'person'`,
  );
  return Object.fromEntries(
    projects.map(({ project_id, policy }) => {
      const backups = all.filter((one) => one.project_id === project_id);
      return [project_id, { policy, backups }];
    }),
  );
}

interface Annotated {
  project_id: string;
  policy: string | null;
}

/** Where nothing was annotated since the last loss, its saved one counts. */
function stillSaved(path: string, facts: Facts): [string, Saved][] {
  const since = select<Annotated>(
    path,
    "SELECT project_id FROM projects WHERE annotated_at IS NOT NULL",
  ).map(({ project_id }) => project_id);
  return Object.entries(facts.saved).filter(([id]) => !since.includes(id));
}

function forgetMarks(facts: Facts, saved: Record<string, Saved>): void {
  facts.saved = saved;
  for (const [backup_id, { project_id }] of Object.entries(facts.marks)) {
    if (!(project_id in saved)) delete facts.marks[backup_id];
  }
  for (const project_id of Object.keys(facts.policies)) {
    if (!(project_id in saved)) delete facts.policies[project_id];
  }
}

function select<T>(path: string, sql: string): T[] {
  const database = new Sqlite(path, { readonly: true });
  try {
    return database.prepare(sql).all() as T[];
  } catch {
    // Its tables were not made yet.
    return [];
  } finally {
    database.close();
  }
}
