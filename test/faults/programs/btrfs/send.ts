/** `btrfs send --no-data -q -p base snapshot` */

import { lstat } from "node:fs/promises";
import { basename } from "node:path";
import { ifMissing } from "../errno.js";
import { differencesOf } from "./differences.js";
import { factsOf } from "./generations.js";
import { encode, streamHeader, text, u64, uuid } from "./send-encoder.js";
import { kindOf } from "./subvolume.js";
import { entriesOf } from "./tree.js";
import { Refused, type Verb } from "./verb.js";

const recordsAtOnce = 20;

export const send: Verb = async (call, [base = "", snapshot = ""]) => {
  await requireReadOnly(base, "parent subvolume");
  await requireReadOnly(snapshot, "subvolume");
  const [from, to] = [factsOf(base), factsOf(snapshot)];
  const records = [
    encode("snapshot", {
      path: text(basename(snapshot)),
      ...{ uuid: uuid(to.uuid), transid: u64(to.generation) },
      ...{ parent_uuid: uuid(from.uuid), parent_transid: u64(from.generation) },
    }),
    ...differencesOf(
      // Inodes of another subvolume are others, whatever their names; but for
      // a snapshot's of the same one, which btrfs knows again.
      from.parent_uuid === to.parent_uuid ? entriesOf(base) : [],
      entriesOf(snapshot),
      to.generation,
    ),
    encode("end"),
  ];
  call.out(streamHeader);
  for (let at = 0; at < records.length; at += recordsAtOnce) {
    await call.work(1);
    call.out(Buffer.concat(records.slice(at, at + recordsAtOnce)));
  }
  return "";
};

async function requireReadOnly(path: string, what: string): Promise<void> {
  if (!(await lstat(path).catch(ifMissing))) {
    throw new Refused(`realpath ${path} failed: No such file or directory`);
  }
  const kind = await kindOf(path);
  if (kind === undefined) {
    throw new Refused(
      `failed to get flags for subvolume ${path}: Invalid argument`,
    );
  }
  if (kind !== "ro") throw new Refused(`${what} ${path} is not read-only`);
}
