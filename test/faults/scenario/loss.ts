/** The job file is lost while the host is away. */

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import type { World } from "../world/world.js";
import type { Facts } from "./facts.js";
import { rememberPlaces } from "./projects.js";

const rare = 0.04;

/**
 * Not while a restore runs or could not be cleaned up after: with its journal
 * gone nobody could tell which tree is the project's.
 */
export function perhapsLoseRows(world: World, facts: Facts): void {
  const { chance, places, state } = world;
  const path = join(places.data, "project-backups.sqlite");
  if (!chance.chance(rare) || !existsSync(path) || restores(path)) return;
  for (const suffix of ["", "-wal", "-shm"]) {
    rmSync(path + suffix, { force: true });
  }
  rememberPlaces(places, facts);
  const forgotten = { seenRestores: [], cancelled: {}, asked: {} };
  Object.assign(facts, { lostRows: true, ...forgotten });
  facts.promises.length = 0;
  facts.acknowledged.length = 0;
  for (const one of state.outliving) one.hasRow = false;
}

function restores(path: string): boolean {
  const database = new Sqlite(path, { readonly: true });
  try {
    const sql =
      "SELECT 1 FROM jobs WHERE kind = 'restore' AND (state = 'running' OR stage IS NOT NULL)";
    return database.prepare(sql).get() !== undefined;
  } catch {
    // Its tables were not made yet.
    return false;
  } finally {
    database.close();
  }
}
