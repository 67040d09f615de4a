/** `rustic snapshots --json <ids>`: groups of those that belong together. */

import { readArguments } from "./arguments.js";
import { idsIn } from "./store-file.js";
import { readStored } from "./stored.js";
import type { Subcommand } from "./subcommand.js";

export const snapshots: Subcommand = async (call, { path }, args) => {
  const { positionals } = readArguments(args, { flags: ["json"] });
  const ids =
    positionals.length > 0 ? positionals : await idsIn(path, "snapshots");
  const groups = new Map<string, Group>();
  for (const id of ids) {
    const { snapshot } = await readStored(path, id);
    const { hostname, paths, label = "" } = snapshot;
    const group_key = { hostname, label, paths };
    const name = JSON.stringify(group_key);
    const group = groups.get(name) ?? { group_key, snapshots: [] };
    group.snapshots.push({ ...snapshot, original: id, id });
    groups.set(name, group);
    await call.work(1);
  }
  call.out(JSON.stringify([...groups.values()], null, 2));
};

interface Group {
  group_key: object;
  snapshots: object[];
}
