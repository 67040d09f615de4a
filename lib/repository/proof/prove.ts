/**
 * Over REST, S3 and GCS an id from rustic proves nothing: whatever stands
 * before the storage can answer 200, 304 or 308 and keep nothing. So the
 * repository is asked for what the backup names.
 */

import { BackupError } from "../../../conat-api/index.js";
import {
  checkCommand,
  isWholeCommand,
  readIndexCommand,
} from "../commands/prove.js";
import { listIdsCommand } from "../commands/snapshots.js";
import { classifyFailure } from "../failure.js";
import type { Location } from "../location.js";
import type { CallOptions, RusticCommand } from "../rustic.js";
import { type Asking, askStorage } from "../storage/stored.js";
import { expectedLists, expectedPacks } from "./expected.js";
import type { Written } from "./written.js";

export interface Proving {
  call<T>(command: RusticCommand<T>, options?: CallOptions): Promise<T>;
  location: Location;
  /** rustic's cache of the repository. */
  cache: string;
  options: Pick<CallOptions, "signal" | "onGroup">;
}

/**
 * One request for each file that the backup wrote. true: the storage holds
 * them all; false proves nothing.
 *
 * @throws BackupError the signal's reason.
 */
export async function isClearlyStored(
  proving: Proving,
  backup_id: string,
  written: Written,
): Promise<boolean> {
  const { location, options } = proving;
  let asking: Asking | undefined;
  try {
    // Throws over a credential that only rustic understands.
    asking = askStorage(location, options.signal);
    return await ask(proving, asking, backup_id, written);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return false;
  } finally {
    asking?.close();
  }
}

async function ask(
  { call, cache, options }: Proving,
  asking: Asking,
  backup_id: string,
  written: Written,
): Promise<boolean> {
  const expected = await expectedLists(cache, backup_id, written);
  if (!expected) return false;
  const readPacks = async () => {
    const named = [];
    for (const id of expected.index) {
      named.push(...(await call(readIndexCommand(id), options)));
    }
    const packs = expectedPacks(named, written);
    return packs !== undefined && asking.allStored(packs);
  };
  // No command runs on when this returns.
  const stored = await Promise.allSettled([
    asking.allStored(expected.lists),
    readPacks(),
  ]);
  for (const one of stored) if (one.status === "rejected") throw one.reason;
  return stored.every((one) => one.status === "fulfilled" && one.value);
}

/**
 * rustic looks for everything that the backup needs, whoever wrote it.
 *
 * @throws BackupError REPOSITORY_UNREACHABLE: there is no such backup, or it
 * could not be asked; REPOSITORY_DAMAGED: some of it is missing; what else
 * keeps the question from being answered.
 */
export async function proveStored(
  { call, options }: Proving,
  backup_id: string,
): Promise<{ missesNothing: boolean }> {
  if (!(await call(listIdsCommand, options)).includes(backup_id)) {
    throw notKept();
  }
  // Where another host prunes, index files vanish while they are read.
  const check = () => call(checkCommand(backup_id), options);
  const first = await check().catch(leaveOpen);
  const sound = first && first.trees.length === 0 ? first : undefined;
  // One that was killed, say, has found nothing.
  const findings = sound ?? (await check().catch(inOurWords));
  if (findings.trees.length > 0) throw damagedTrees(findings.trees);
  if (!findings.packs) return { missesNothing: true };
  // Packs are missing: this backup's, or of others only?
  const whole = await call(isWholeCommand(backup_id), options).catch(
    inOurWords,
  );
  if (!whole) throw damaged();
  return { missesNothing: false };
}

function leaveOpen(error: BackupError): undefined {
  if (!isAboutContent(error)) throw error;
}

function inOurWords(error: BackupError): never {
  throw error.code === "REPOSITORY_DAMAGED" ? damaged(error.details) : error;
}

/** Not about the way to the storage, or the job: worth a second look. */
function isAboutContent({ code }: BackupError): boolean {
  return (
    code === "REPOSITORY_DAMAGED" ||
    code === "COMMAND_FAILED" ||
    code === "NOT_FOUND"
  );
}

const action = "make sure that the backup is stored";

/** The trees could not be read, or they name what is not there. */
function damagedTrees(trees: readonly string[]): BackupError {
  const stderr = trees.map((text) => `[ERROR] ${text}\n`).join("");
  const failure = classifyFailure({ exitCode: 1, stderr, action });
  return isAboutContent(failure) ? damaged(failure.details) : failure;
}

function notKept(): BackupError {
  return new BackupError(
    "REPOSITORY_UNREACHABLE",
    "The repository did not keep the backup that it was sent.",
    { hint: "Look for a proxy or gateway that answers in its place." },
  );
}

function damaged(details?: string): BackupError {
  return new BackupError(
    "REPOSITORY_DAMAGED",
    "The repository does not hold all that this backup needs.",
    {
      hint: "Look for a proxy or gateway that answers in its place, do not prune, and repair the index: rustic repair index.",
      details,
    },
  );
}
