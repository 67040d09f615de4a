/** Bases: one a project, on the disk as in its row, equal to its backup. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { BaseRow } from "../../../lib/store/index.js";
import type { Session } from "../scenario/session.js";
import { treeIn } from "./directories.js";
import type { Ground, Invariant } from "./ground.js";

export const bases: readonly Invariant[] = [
  {
    id: "bases",
    sentence: "A base is where its row says.",
    check: ({ session }) =>
      basesOf(session)
        .filter(({ path }) => !existsSync(join(path, "project")))
        .map(({ path }) => `${path}.`),
  },
  {
    id: "bases",
    sentence: "A base equals the backup that its row names.",
    check: (ground) =>
      basesOf(ground.session).flatMap((base) => {
        const wrong = differences(ground, base);
        return wrong.length === 0
          ? []
          : [`${base.path} and ${base.backup_id}: ${wrong.join(", ")}.`];
      }),
  },
];

function basesOf({ select }: Session): BaseRow[] {
  return select<BaseRow>("SELECT * FROM bases");
}

function differences(
  { known }: Ground,
  { path, backup_id, persist }: BaseRow,
): string[] {
  const backup = known.find((one) => one.backup_id === backup_id);
  if (!backup || !existsSync(path)) return [];
  const holdsStore = persist.startsWith('["subvolume"');
  const inBase = (name: string) => holdsStore || !/^persist(\/|$)/.test(name);
  const found = treeIn(path);
  const names = [...Object.keys(found), ...Object.keys(backup.tree)];
  return [...new Set(names)].filter(
    (name) => inBase(name) && backup.tree[name] !== found[name],
  );
}

/** Directories of bases that no row names. */
export function strayBases(session: Session): string[] {
  const { projects, persist } = session.world.places;
  const named = new Set(basesOf(session).map(({ path }) => path));
  return [projects, persist]
    .map((place) => join(place, ".project-backups"))
    .flatMap(below)
    .flatMap((own) => below(join(own, "base")))
    .flatMap(below)
    .filter((path) => !named.has(path));
}

function below(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).map((name) => join(directory, name));
}
