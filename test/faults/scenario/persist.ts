/** The persist store of a project: what somebody keeps in it, and its versions. */

import {
  existsSync,
  mkdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Project } from "./facts.js";

/** Of the plain file and of the database; null: it is not there, or not whole. */
export type PersistVersions = [file: number | null, database: number | null];

const header = "SQLite format 3\0";

/** A kernel's clock for files goes in ticks. */
const tickMs = 4;

export function writePersist(
  store: string,
  version: number,
  wallMs: number,
): void {
  mkdirSync(store, { recursive: true });
  const text = `version ${version}\n`;
  const seconds = (Math.floor(wallMs / tickMs) * tickMs) / 1000;
  const isNew = !existsSync(join(store, "version"));
  for (const [name, content] of [
    ["version", text],
    ["messages.db", `${header}${text}`],
  ] as const) {
    writeFileSync(join(store, name), content);
    utimesSync(join(store, name), seconds, seconds);
  }
  if (isNew) utimesSync(store, seconds, seconds);
}

export function persistIn(store: string): PersistVersions {
  return persistAmong((name) => {
    const path = join(store, name);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  });
}

export function persistAmong(
  contentOf: (name: string) => string | undefined,
): PersistVersions {
  const database = contentOf("messages.db") ?? "";
  return [
    parse(contentOf("version") ?? ""),
    database.startsWith(header) ? parse(database.slice(header.length)) : null,
  ];
}

function parse(text: string): number | null {
  const [, digits] = /^version (\d+)\n$/.exec(text) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** Where a backup has it. */
export function persistInBackup(project: Project | undefined): string {
  return project?.persist === "inside" ? "project/.persist" : "persist";
}

/** It has places of its own, and restores move it by itself. */
export function isOutside({ persist }: Project): boolean {
  return persist === "subvolume" || persist === "directory";
}

/** A plain directory is read file by file: its files may differ by a write. */
export function isHeld(
  { persist }: Project,
  found: PersistVersions,
  history: readonly PersistVersions[],
): boolean {
  const [file, database] = found;
  const atOnce = (one: PersistVersions) =>
    one[0] === file && one[1] === database;
  if (persist !== "directory") return history.some(atOnce);
  return (
    history.some((one) => one[0] === file) &&
    history.some((one) => one[1] === database)
  );
}
