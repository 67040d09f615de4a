/** `rustic backup`: reads all, stores packs, and then the one commit. */

import { join, resolve } from "node:path";
import type { ProgramCall } from "../program.js";
import { type Given, readArguments } from "./arguments.js";
import { readGlobs } from "./globs.js";
import { interruption } from "./interruption.js";
import { packOf, storePack } from "./packs.js";
import { findParent, type Parent } from "./parent.js";
import { scanned, done } from "./progress.js";
import { storeFile } from "./store-file.js";
import { idOf, type Stored, textOf } from "./stored.js";
import type { Subcommand } from "./subcommand.js";
import { isUnchanged, type Summary, summaryOf } from "./summary.js";
import { type Found, walk } from "./walk.js";
import { backingUpFailed, Failed, kernelReport, lostReply } from "./words.js";

const known = {
  values: [
    "as-path",
    "glob-file",
    "host",
    "parent",
    "progress-interval",
    "tag",
  ],
  flags: ["json-progress", "no-scan"],
};

export const backup: Subcommand = async (call, { path }, args) => {
  const given = readArguments(args, known);
  const [source = "."] = given.positionals;
  const start = Date.now();
  const group = {
    hostname: given.value("host") ?? "localhost",
    paths: [given.value("as-path") ?? source],
  };
  const parent = await findParent(call, path, given.value("parent"), group);
  call.err(`[INFO] starting to backup ["${source}"] ...\n`);
  const found = await read(call, source, given);
  interruption(call);
  const summary = summaryOf(found, parent, { start, end: Date.now() });
  done(call, summary.total_bytes_processed);
  const facts = { start, group, parent, given, summary };
  const id = await store(call, path, {
    ...{ snapshot: snapshotOf(call, facts), ...found },
    ...{ parent, isNew: !isUnchanged(summary, found, parent) },
  });
  if (call.script.lostReply) throw lostReply(id);
  await call.work(1);
  const message = { message_type: "summary", ...summary, snapshot_id: id };
  call.out(`${JSON.stringify(message)}\n`);
  call.err(`[INFO] backup of ${source} done.\n`);
};

async function read(
  call: ProgramCall,
  source: string,
  given: Given,
): Promise<Found> {
  const as = given.value("as-path");
  const found = await walk(call, {
    root: resolve(call.cwd, source),
    name: source,
    as: as === undefined ? "" : `${as.replace(/^\//, "")}/`,
    staysOut: await readGlobs(given.value("glob-file")),
  });
  scanned(call, found);
  return found;
}

interface Facts {
  start: number;
  group: { hostname: string; paths: string[] };
  parent: Parent | undefined;
  given: Given;
  summary: Summary;
}

function snapshotOf(call: ProgramCall, facts: Facts): Stored["snapshot"] {
  const { start, group, parent, given, summary } = facts;
  const tag = given.value("tag");
  return {
    time: new Date(start).toISOString().replace("Z", "000000+00:00"),
    program_version: "rustic 0.11.4",
    ...(parent ? { parent: parent.id, parents: [parent.id] } : {}),
    ...group,
    ...{ username: "", uid: 0, gid: 0 },
    tags: tag === undefined ? [] : tag.split(","),
    summary: { ...summary, command: `rustic ${call.args.join(" ")}` },
  };
}

interface Taken extends Omit<Stored, "packs"> {
  parent: Parent | undefined;
  isNew: boolean;
}

/** Its id. */
async function store(
  call: ProgramCall,
  repository: string,
  { parent, isNew, ...taken }: Taken,
): Promise<string> {
  const id = idOf(taken);
  const packs = [...(parent?.stored.packs ?? [])];
  try {
    if (call.script.noSpace) throw full;
    if (isNew) {
      const pack = packOf(id, taken.nodes);
      await storePack(call, repository, pack);
      packs.push(pack.id);
    }
    const path = join(repository, "snapshots", id);
    await storeFile(call, path, textOf({ ...taken, packs }));
    return id;
  } catch (error) {
    throw new Failed(backingUpFailed(kernelReport(error, repository)));
  }
}

const full = Object.assign(new Error(), { code: "ENOSPC" });
