/** `rustic check [ids]`: is all there that the index and backups name? */

import { lstat, readFile } from "node:fs/promises";
import { ifMissing } from "../errno.js";
import type { ProgramCall } from "../program.js";
import { readArguments } from "./arguments.js";
import {
  type Index,
  type IndexPack,
  readIndex,
  requireIndexed,
} from "./index-files.js";
import { packFile } from "./packs.js";
import { idsIn, sha256 } from "./store-file.js";
import { readStored } from "./stored.js";
import type { Subcommand } from "./subcommand.js";
import { Failed, failed } from "./words.js";

const known = {
  values: ["read-data-subset"],
  flags: ["trust-cache", "read-data"],
};

export const check: Subcommand = async (call, { path }, args) => {
  const { positionals } = readArguments(args, known);
  const ids =
    positionals.length > 0 ? positionals : await idsIn(path, "snapshots");
  const index = await readIndex(call, path);
  const errors = [
    ...(await errorsOfPacks(path, index)),
    ...(await errorsOfTrees(call, path, { ids, index })),
    ...(args.includes("--read-data") ? await errorsOfData(path, index) : []),
  ];
  for (const error of errors) call.err(`[ERROR] ${error}\n`);
  if (errors.length > 0)
    throw failed({ about, message: "check found errors!" });
};

const about = "the repository";
const repair = "To repair: 'rustic repair index'.";

async function errorsOfPacks(
  repository: string,
  { packs, marked }: Index,
): Promise<string[]> {
  const errors: string[] = [];
  const look = async ({ id, blobs }: IndexPack, isMarked: boolean) => {
    const file = await lstat(packFile(repository, id)).catch(ifMissing);
    const name = `pack ${id.slice(0, 8)} marked to`;
    if (!file) {
      errors.push(
        `${name}-delete: ${isMarked} is referenced by the index with size 0 but not present! ${repair}`,
      );
    } else if (blobs.length === 0) {
      errors.push(
        `${name} delete: ${isMarked}: size computed by index: 36, actual size: ${file.size}. ${repair}`,
      );
    }
  };
  for (const pack of packs.values()) await look(pack, false);
  for (const pack of marked.values()) await look(pack, true);
  return errors;
}

/** The first error ends it. */
async function errorsOfTrees(
  call: ProgramCall,
  repository: string,
  { ids, index }: { ids: readonly string[]; index: Index },
): Promise<string[]> {
  for (const id of ids) {
    await call.work(1);
    const stored = await readStored(repository, id);
    try {
      requireIndexed(index, stored);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      const text = error.stderr.replace(/^error: /, "");
      return [`error checking trees : ${text}`];
    }
  }
  return [];
}

async function errorsOfData(
  repository: string,
  { packs }: Index,
): Promise<string[]> {
  const errors: string[] = [];
  for (const id of packs.keys()) {
    const text = await readFile(packFile(repository, id), "utf8").catch(
      ifMissing,
    );
    if (text === undefined || sha256(text) === id) continue;
    errors.push(`pack ${id.slice(0, 8)}: hash mismatch. ${repair}`);
  }
  return errors;
}
