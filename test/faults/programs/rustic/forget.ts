/** `rustic forget <ids>`: all are read, then they go one by one. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { readArguments } from "./arguments.js";
import { interruption } from "./interruption.js";
import { notThere, readStored } from "./stored.js";
import type { Subcommand } from "./subcommand.js";
import { Failed } from "./words.js";

export const forget: Subcommand = async (call, { path }, args) => {
  const { positionals: ids } = readArguments(args, {});
  if (ids.length === 0) {
    throw new Failed("error: no ids and no rules to keep any\n");
  }
  for (const id of ids) await readStored(path, id);
  interruption(call);
  for (const id of ids) {
    await call.work(1);
    const file = join(path, "snapshots", id);
    await rm(file).catch(notThere(file));
  }
};
