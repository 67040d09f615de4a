/** Forgetting, pruning and checking take nothing that anybody needs. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Places } from "../world/state.js";
import type { Ground, Invariant, Stored } from "./ground.js";

export const upkeep: readonly Invariant[] = [
  {
    id: "prune",
    sentence: "A backup that is no longer unproven can be restored.",
    check: (ground) => {
      const unproven = unprovenOf(ground);
      const isReadable = reader(ground.places);
      return ground.stored
        .filter(({ backup_id }) => !unproven.includes(backup_id))
        .filter((one) => isVouchedFor(one, ground) && !isReadable(one))
        .map(({ backup_id }) => `${backup_id}.`);
    },
  },
];

export function unprovenOf({ session }: Ground): string[] {
  return session
    .select<{ backup_id: string }>(
      "SELECT backup_id FROM backups WHERE unproven = 1",
    )
    .map(({ backup_id }) => backup_id);
}

/** Of a job that was cancelled or damaged nobody said that it is whole. */
function isVouchedFor({ job_id }: Stored, { rows }: Ground): boolean {
  const row = rows.find((one) => one.job_id === job_id);
  return row === undefined || row.state === "succeeded";
}

/** As rustic reads: packs that an index file names as in use, and has. */
export function reader({ repository }: Places): (one: Stored) => boolean {
  const folder = join(repository, "index");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const indexed = new Set(
    names
      .filter((name) => /^[0-9a-f]{64}$/.test(name))
      .flatMap((name) => packsIn(join(folder, name))),
  );
  return ({ packs }) =>
    packs.every(
      (id) =>
        indexed.has(id) &&
        existsSync(join(repository, "data", id.slice(0, 2), id)),
    );
}

function packsIn(path: string): string[] {
  const { packs } = JSON.parse(readFileSync(path, "utf8")) as {
    packs: { id: string }[];
  };
  return packs.map(({ id }) => id);
}
