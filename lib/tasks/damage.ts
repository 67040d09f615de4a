/**
 * A damaged repository keeps all that it has until a person says otherwise: a
 * repair may need what a prune would remove.
 */

import { z } from "zod";
import { BackupError } from "../../conat-api/index.js";
import type { RepositoryRun, Tools } from "./task.js";

/** What is asked for, in a job's target. */
const Options = z.object({ despite_damage: z.boolean().default(false) });
export type DamageOptions = z.input<typeof Options>;

/** @throws BackupError REPOSITORY_DAMAGED: so the newest check says. */
export function requireWhole(
  { row }: Pick<RepositoryRun, "row">,
  { store }: Pick<Tools, "store">,
): void {
  const { despite_damage } = Options.parse(JSON.parse(row.target ?? "{}"));
  const { damage = null } = store.repositories.get(row.repository_id) ?? {};
  if (damage === null || despite_damage) return;
  throw new BackupError(
    "REPOSITORY_DAMAGED",
    "The repository is damaged: nothing is removed from it.",
    {
      hint: "Repair it and check it again, or run: project-backups repo prune --despite-damage",
    },
  );
}
