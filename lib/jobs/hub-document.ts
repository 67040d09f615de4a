/** A hub that keeps pins may have newer ones than this host. */

import { BackupError } from "../../conat-api/index.js";
import type { Tools } from "../tasks/task.js";

/**
 * Merges what the hub has and returns it; undefined: it has nothing.
 *
 * @throws BackupError CONFLICT: not all of it is understood. Then it must not
 * be overwritten, and nobody knows what is pinned.
 */
export async function takeFromHub(
  place: { project_id: string; repository_id: string },
  { host, store }: Pick<Tools, "host" | "store">,
): Promise<string | undefined> {
  const text = await host.annotations?.read(place.project_id);
  if (text === undefined || store.documents.merge(place, text)) return text;
  throw new BackupError(
    "CONFLICT",
    "The hub's document of the project is of a later version.",
    { hint: "Update this host: until then it is left as it is." },
  );
}
