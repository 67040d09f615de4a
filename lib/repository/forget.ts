/** Forgetting backups, and seeing that they are gone. */

import { BackupError } from "../../conat-api/index.js";
import { forgetCommand } from "./commands/forget.js";
import { listIdsCommand } from "./commands/snapshots.js";
import type { CallOptions, RusticCommand } from "./rustic.js";

type Call = <T>(command: RusticCommand<T>, options?: CallOptions) => Promise<T>;

/** Ids in one command line. */
const idsPerCall = 500;

/**
 * rustic refuses them all when one is gone already, so only those that are
 * listed are named.
 */
export async function forget(
  call: Call,
  ids: readonly string[],
  options?: CallOptions,
): Promise<void> {
  const present = await listed(call, ids, options);
  for (let at = 0; at < present.length; at += idsPerCall) {
    const part = present.slice(at, at + idsPerCall);
    await call(forgetCommand(part), options);
  }
  if (present.length === 0) return;
  const left = await listed(call, present, options);
  if (left.length > 0) throw stillThere();
}

async function listed(
  call: Call,
  ids: readonly string[],
  options: CallOptions | undefined,
): Promise<string[]> {
  const all = new Set(await call(listIdsCommand, options));
  return [...new Set(ids)].filter((id) => all.has(id));
}

function stillThere(): BackupError {
  return new BackupError(
    "COMMAND_FAILED",
    "Could not forget the backups: the repository lists them still.",
    { hint: "Check that this host may delete there." },
  );
}
