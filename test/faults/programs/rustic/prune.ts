/** `rustic prune`: marks packs that nobody needs, deletes those of before. */

import { readdir, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { ifMissing } from "../errno.js";
import type { ProgramCall } from "../program.js";
import { readArguments } from "./arguments.js";
import { interruption } from "./interruption.js";
import {
  type Index,
  type IndexPack,
  readIndex,
  storeIndex,
  treeNotFound,
} from "./index-files.js";
import { packFile } from "./packs.js";
import { idPattern, idsIn } from "./store-file.js";
import { readStored } from "./stored.js";
import type { Subcommand } from "./subcommand.js";

const known = {
  values: ["keep-delete", "log-level", "max-repack"],
};

export const prune: Subcommand = async (call, { path }, args) => {
  const given = readArguments(args, known);
  const seconds = /^(\d+)s$/.exec(given.value("keep-delete") ?? "82800s")?.[1];
  const index = await readIndex(call, path);
  const used = await usedPacks(call, path, index);
  const plan = planOf(index, used, {
    existing: await packsIn(path),
    markedBefore: Date.now() - Number(seconds) * 1000,
  });
  await say(call, path, plan, given.value("log-level") === "debug");
  interruption(call);
  if (plan.rebuilt === 0) call.err("[INFO] nothing to do!\n");
  else await carryOut(call, path, plan);
};

/** @throws Failed: a backup came after the index was read. */
async function usedPacks(
  call: ProgramCall,
  repository: string,
  { packs, marked }: Index,
): Promise<Set<string>> {
  const used = new Set<string>();
  for (const id of await idsIn(repository, "snapshots")) {
    await call.work(1);
    for (const pack of (await readStored(repository, id)).packs) {
      if (!packs.has(pack) && !marked.has(pack)) throw treeNotFound(pack);
      used.add(pack);
    }
  }
  return used;
}

interface Plan {
  files: readonly string[];
  rebuilt: number;
  kept: IndexPack[];
  unneeded: IndexPack[];
  unindexed: IndexPack[];
  recovered: IndexPack[];
  waiting: IndexPack[];
  removed: IndexPack[];
}

function planOf(
  { files, packs, marked }: Index,
  used: ReadonlySet<string>,
  { existing, markedBefore }: { existing: string[]; markedBefore: number },
): Plan {
  const [all, before] = [[...packs.values()], [...marked.values()]];
  const isOver = ({ time = 0 }: IndexPack) => time <= markedBefore;
  const idle = before.filter(({ id }) => !used.has(id));
  const unneeded = all.filter(({ id }) => !used.has(id));
  const recovered = before.filter(({ id }) => used.has(id));
  const removed = idle.filter(isOver);
  const changes = unneeded.length + recovered.length + removed.length;
  return {
    ...{ files, unneeded, recovered, removed },
    // All index files here are small ones, which rustic merges.
    rebuilt: changes > 0 || files.length > 1 ? files.length : 0,
    kept: all.filter(({ id }) => used.has(id)),
    waiting: idle.filter((pack) => !isOver(pack)),
    unindexed: existing
      .filter((id) => !packs.has(id) && !marked.has(id))
      .map((id) => ({ id, blobs: [] })),
  };
}

async function say(
  { err }: ProgramCall,
  repository: string,
  plan: Plan,
  debug: boolean,
): Promise<void> {
  const line = async (name: string, packs: readonly IndexPack[]) => {
    const size = await sizeOf(repository, packs);
    err(
      `[INFO] ${name}: ${packs.length}${name.startsWith(" -") ? "" : " packs, 0 blobs"}, ${size} B\n`,
    );
  };
  await line("to repack", []);
  await line("to delete", plan.unneeded);
  if (plan.unindexed.length > 0) await line("unindexed", plan.unindexed);
  const remaining = await sizeOf(repository, [...plan.kept, ...plan.recovered]);
  err(`[INFO] remaining: 0 blobs, ${remaining} B\n`);
  err("[INFO] unused size after prune: 0 B (0.00% of remaining size)\n");
  await line(" - complete deletion", plan.removed);
  await line(" - keep marked", plan.waiting);
  await line(" - recover", plan.recovered);
  if (!debug) return;
  err(
    `[DEBUG] index files to rebuild: ${plan.rebuilt} / ${plan.files.length}\n`,
  );
}

/** The new index, then the old one goes, and what it named last. */
async function carryOut(
  call: ProgramCall,
  repository: string,
  plan: Plan,
): Promise<void> {
  const time = Date.now();
  const marked = [...plan.unneeded, ...plan.unindexed];
  const id = await storeIndex(call, repository, {
    packs: [...plan.kept, ...plan.recovered],
    packs_to_delete: [
      ...marked.map((pack) => ({ ...pack, time })),
      ...plan.waiting,
    ],
  });
  const gone = [
    ...plan.files
      .filter((file) => file !== id)
      .map((file) => join(repository, "index", file)),
    ...plan.removed.map((pack) => packFile(repository, pack.id)),
  ];
  for (const file of gone) {
    await call.work(1);
    await rm(file, { force: true });
  }
}

async function packsIn(repository: string): Promise<string[]> {
  const data = join(repository, "data");
  const names =
    (await readdir(data, { recursive: true }).catch(ifMissing)) ?? [];
  return names
    .map((name) => basename(name))
    .filter((name) => idPattern.test(name))
    .toSorted();
}

async function sizeOf(
  repository: string,
  packs: readonly IndexPack[],
): Promise<number> {
  let total = 0;
  for (const { id } of packs) {
    const file = await stat(packFile(repository, id)).catch(ifMissing);
    total += file?.size ?? 0;
  }
  return total;
}
