/** `rustic backup`: reads all, stores packs, and then the one commit. */

import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ProgramCall } from "../program.js";
import { type Given, readArguments } from "./arguments.js";
import { readGlobs } from "./globs.js";
import { type Index, readIndex } from "./index-files.js";
import { interruption } from "./interruption.js";
import { packOf, storePack } from "./packs.js";
import { findParent, type Parent } from "./parent.js";
import { scanned, done } from "./progress.js";
import { sha256, storeFile } from "./store-file.js";
import { idOf, type Node, type Stored, textOf } from "./stored.js";
import type { Subcommand } from "./subcommand.js";
import { isUnchanged, type Summary, summaryOf } from "./summary.js";
import { type Found, walk } from "./walk.js";
import { backingUpFailed, Failed, kernelReport, lostReply } from "./words.js";

const known = {
  values: [
    "as-path",
    "description-from",
    "glob-file",
    "host",
    "label",
    "parent",
    "progress-interval",
    "tag",
  ],
  flags: ["force", "json-progress", "no-scan", "skip-if-unchanged"],
};

export const backup: Subcommand = async (call, { path }, args) => {
  const given = readArguments(args, known);
  const [source = "."] = given.positionals;
  const start = Date.now();
  const group = groupOf(given, source);
  const index = await readIndex(call, path);
  const parent = args.includes("--force")
    ? undefined
    : await findParent(call, path, given.value("parent"), group);
  call.err(`[INFO] starting to backup ["${source}"] ...\n`);
  const found = await read(call, source, given);
  interruption(call);
  const summary = summaryOf(found, parent, { start, end: Date.now() });
  done(call, summary.total_bytes_processed);
  const facts = { start, group, parent, given, summary };
  const unchanged = isUnchanged(summary, found, parent);
  if (unchanged && args.includes("--skip-if-unchanged")) {
    return finish(call, source, summary);
  }
  // What only marked packs hold is stored again.
  const whole = packsOf(parent).every((pack) => index.packs.has(pack));
  const keepsAll = unchanged && whole;
  const id = await store(call, path, {
    ...{ snapshot: await snapshotOf(call, facts), ...found },
    packs: keepsAll ? packsOf(parent) : packsWith(found.nodes, parent, index),
    isNew: !keepsAll,
  });
  if (call.script.lostReply) throw lostReply(id);
  await call.work(1);
  finish(call, source, { ...summary, snapshot_id: id });
};

function groupOf(given: Given, source: string) {
  const label = given.value("label");
  return {
    hostname: given.value("host") ?? "localhost",
    ...(label === undefined ? {} : { label }),
    paths: [given.value("as-path") ?? source],
  };
}

/** Those of the parent that hold content which is still there. */
function packsWith(
  nodes: readonly Node[],
  parent: Parent | undefined,
  { packs }: Index,
): string[] {
  const contents = new Set(nodes.map(({ content }) => sha256(content)));
  return packsOf(parent).filter((pack) =>
    packs.get(pack)?.blobs.some(({ id }) => contents.has(String(id))),
  );
}

const packsOf = (parent: Parent | undefined) => parent?.stored.packs ?? [];

function finish(call: ProgramCall, source: string, summary: object): void {
  const message = { message_type: "summary", ...summary };
  call.out(`${JSON.stringify(message)}\n`);
  call.err(`[INFO] backup of ${source} done.\n`);
}

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
  group: ReturnType<typeof groupOf>;
  parent: Parent | undefined;
  given: Given;
  summary: Summary;
}

async function snapshotOf(
  call: ProgramCall,
  facts: Facts,
): Promise<Stored["snapshot"]> {
  const { start, group, parent, given, summary } = facts;
  const file = given.value("description-from");
  return {
    time: new Date(start).toISOString().replace("Z", "000000+00:00"),
    program_version: "rustic 0.11.4",
    ...(parent ? { parent: parent.id, parents: [parent.id] } : {}),
    ...group,
    ...{ username: "", uid: 0, gid: 0 },
    tags: given.values("tag").flatMap((tag) => tag.split(",")),
    ...(file === undefined
      ? {}
      : { description: await readFile(file, "utf8") }),
    summary: { ...summary, command: `rustic ${call.args.join(" ")}` },
  };
}

interface Taken extends Stored {
  isNew: boolean;
}

/** Its id. */
async function store(
  call: ProgramCall,
  repository: string,
  { packs: kept, isNew, ...taken }: Taken,
): Promise<string> {
  const id = idOf(taken);
  const packs = [...kept];
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
