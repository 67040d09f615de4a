/** `rustic forget` of given backups. */

import { z } from "zod";
import { BackupId } from "../../../conat-api/index.js";
import type { RusticCommand } from "../rustic.js";

const Ids = z.array(BackupId).nonempty();

/**
 * By full ids only: without ids rustic forgets by rules of its own, and a
 * short id may name another backup. What it prints proves nothing: whoever
 * forgets lists what is left.
 */
export function forgetCommand(ids: readonly string[]): RusticCommand<true> {
  return {
    action: "forget the backups",
    args: ["forget", ...Ids.parse(ids)],
    parse: ({ records }) =>
      records.some(({ level }) => level === "ERROR") ? undefined : true,
  };
}
