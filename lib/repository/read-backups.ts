/** Reading many backups: a damaged one does not hide the others. */

import type { BackupError } from "../../conat-api/index.js";
import { readBackupsCommand, type Reading } from "./commands/snapshots.js";
import type { RusticCommand } from "./rustic.js";

type Call = <T>(command: RusticCommand<T>) => Promise<T>;

/** Ids in one command line. */
const idsPerCall = 500;

/**
 * @throws BackupError what is not about one of them; rustic names none when
 * it gives up, so they are read by halves then.
 */
export async function readBackups(
  call: Call,
  ids: readonly string[],
  onMalformed: (id: string) => void = () => {},
): Promise<Reading> {
  const parts: Reading[] = [];
  for (let at = 0; at < ids.length; at += idsPerCall) {
    const part = ids.slice(at, at + idsPerCall);
    parts.push(await readPart(call, part, onMalformed));
  }
  return together(parts);
}

function together(parts: readonly Reading[]): Reading {
  return {
    backups: parts.flatMap(({ backups }) => backups),
    annotations: parts.flatMap(({ annotations }) => annotations),
  };
}

async function readPart(
  call: Call,
  ids: readonly string[],
  onMalformed: (id: string) => void,
): Promise<Reading> {
  const malformed: string[] = [];
  try {
    const command = readBackupsCommand(ids, (id) => malformed.push(id));
    const found = await call(command);
    malformed.forEach(onMalformed);
    return found;
  } catch (error) {
    const { code } = error as BackupError;
    const [first = "", ...others] = ids;
    if (others.length === 0 && code === "REPOSITORY_DAMAGED") {
      onMalformed(first);
      return together([]);
    }
    if (others.length === 0 || !mayBeOfOne(code)) throw error;
  }
  const middle = Math.ceil(ids.length / 2);
  return together([
    await readPart(call, ids.slice(0, middle), onMalformed),
    await readPart(call, ids.slice(middle), onMalformed),
  ]);
}

function mayBeOfOne(code: BackupError["code"]): boolean {
  return code === "REPOSITORY_DAMAGED" || code === "COMMAND_FAILED";
}
