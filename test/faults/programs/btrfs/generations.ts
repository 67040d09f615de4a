/**
 * Ids and generations, as a file system keeps them. What is written to a
 * subvolume raises its generation when it is committed: by a sync, or by a
 * snapshot of it. No call in here waits: nobody gets a turn meanwhile.
 */

import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Kind, markerName } from "./subvolume.js";
import { fingerprint } from "./tree.js";

export interface Facts {
  id: number;
  uuid: string;
  parent_uuid: string | null;
  generation: number;
  created_generation: number;
  /** The fingerprint of what was committed. */
  written: string;
}

/** A new one, with what lies in it. */
export function begin(
  path: string,
  at: { kind: Kind; place: string; parent?: Facts },
): void {
  const { kind, place, parent } = at;
  const generation = parent?.generation ?? take(place, "generation");
  write(path, kind, {
    ...{ id: take(place, "id"), uuid: randomUUID() },
    ...{ parent_uuid: parent?.uuid ?? null, generation },
    ...{ created_generation: generation, written: fingerprint(path) },
  });
}

/** A scenario makes subvolumes that btrfs has not seen yet. */
export function factsOf(path: string): Facts {
  const { kind, facts } = read(path);
  if (facts) return facts;
  begin(path, { kind, place: path });
  return factsOf(path);
}

/** A snapshot of it is taken: whatever it is, its generation is a new one. */
export function raise(path: string): Facts {
  const facts = factsOf(path);
  const raised = { ...facts, generation: take(path, "generation") };
  raised.written = fingerprint(path);
  write(path, read(path).kind, raised);
  return raised;
}

/** Of all subvolumes of the file system that `path` lies on. */
export function commitAll(path: string): void {
  for (const one of allOf(path)) {
    const { kind } = read(one);
    const { written } = factsOf(one);
    if (kind === "rw" && fingerprint(one) !== written) raise(one);
  }
}

/** Not what is still being made: that is in `os`. */
export function allOf(path: string): string[] {
  const top = topOf(path);
  return below(top).filter((one) => !one.startsWith(join(top, "os/")));
}

function below(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => {
      const path = join(directory, name);
      return isSubvolume(path) ? [path, ...below(path)] : below(path);
    });
}

function isSubvolume(path: string): boolean {
  return existsSync(join(path, markerName)) && read(path).kind !== "empty";
}

/** The directory that has an `os` stands for the file system. */
export function topOf(path: string): string {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    if (existsSync(join(at, "os"))) return at;
  }
  return dirname(path);
}

type Counter = "generation" | "id";

function take(path: string, counter: Counter): number {
  const file = join(topOf(path), "os", "btrfs.json");
  const counters: Record<Counter, number> = existsSync(file)
    ? JSON.parse(readFileSync(file, "utf8"))
    : { generation: 6, id: 255 };
  counters[counter] += 1;
  writeFileSync(file, JSON.stringify(counters));
  return counters[counter];
}

function read(path: string): { kind: Kind; facts: Facts | undefined } {
  const text = readFileSync(join(path, markerName), "utf8");
  const [kind, facts] = text.split("\n");
  return {
    kind: kind as Kind,
    facts: facts ? (JSON.parse(facts) as Facts) : undefined,
  };
}

function write(path: string, kind: Kind, facts: Facts): void {
  writeFileSync(join(path, markerName), `${kind}\n${JSON.stringify(facts)}`);
}
