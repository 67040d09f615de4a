/** `rustic list snapshots`, `rustic list index`: ids, nothing is read. */

import { unrecognized } from "./arguments.js";
import { idsIn } from "./store-file.js";
import type { Subcommand } from "./subcommand.js";

const kinds: Readonly<Record<string, { folder: string; name: string }>> = {
  snapshots: { folder: "snapshots", name: "SnapshotId" },
  index: { folder: "index", name: "IndexId" },
};

export const list: Subcommand = async (call, { path }, [what = ""]) => {
  const kind = kinds[what];
  if (!kind) throw unrecognized(what);
  for (const id of await idsIn(path, kind.folder)) {
    call.out(`${kind.name}(${id})\n`);
  }
};
