/** Forgetting backups, and seeing that they are gone. */

import { BackupError } from "../../conat-api/index.js";
import { forgetCommand } from "./commands/forget.js";
import { listIdsCommand } from "./commands/snapshots.js";
import type { CallOptions, RusticCommand } from "./rustic.js";

type Call = <T>(command: RusticCommand<T>, options?: CallOptions) => Promise<T>;

/** Ids in one command line. */
const idsPerCall = 500;

/** Somebody else may forget the same ones meanwhile. */
const rounds = 5;

/** rustic refuses them all when one is gone already: only the rest is named. */
export async function forget(
  call: Call,
  ids: readonly string[],
  options?: CallOptions,
): Promise<void> {
  let left = await listed(call, ids, options);
  for (let round = 0; left.length > 0 && round < rounds; round++) {
    const done = await forgetAll(call, left, options);
    left = await listed(call, left, options);
    if (done) break;
  }
  if (left.length > 0) throw stillThere();
}

/** false: one of them was gone already. */
async function forgetAll(
  call: Call,
  ids: readonly string[],
  options: CallOptions | undefined,
): Promise<boolean> {
  try {
    for (let at = 0; at < ids.length; at += idsPerCall) {
      await call(forgetCommand(ids.slice(at, at + idsPerCall)), options);
    }
    return true;
  } catch (error) {
    if ((error as BackupError).code === "NOT_FOUND") return false;
    throw error;
  }
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
