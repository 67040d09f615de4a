/** Trees for the cases, and what they hold. */

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { BackupResult } from "../../../lib/repository/index.js";
import type { CallOptions } from "../../../lib/repository/rustic.js";
import { tempDir } from "../../support/temp.js";
import type { BackupInput } from "../../../lib/repository/commands/backup.js";
import type { Host } from "./ground.js";

export const project_id = "5f1d7a3e-0b52-4c41-9c1e-7d0a4f8e2b11";
export const job_id = "0b9d6f6a-2f35-4d0b-8f0a-3c5e9b7d1a22";

/** Files by name; one that ends in a slash is a directory. */
export function stageWith(
  files: Readonly<Record<string, string | Buffer>>,
  stage = tempDir("tree"),
): string {
  mkdirSync(join(stage, "project"), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const path = join(stage, name);
    mkdirSync(name.endsWith("/") ? path : dirname(path), { recursive: true });
    if (!name.endsWith("/")) writeFileSync(path, content);
    // Not every program here keeps more than milliseconds.
    utimesSync(path, 1_500_000_000, 1_500_000_000.25);
  }
  return stage;
}

/** One of each kind; two files, one link, four directories. */
export function mixedStage(): string {
  const stage = stageWith({
    "project/notes.txt": "notes\n",
    "project/bin/run": "#!/bin/sh\n",
    "project/empty/": "",
    "persist/": "",
  });
  chmodSync(join(stage, "project/bin/run"), 0o755);
  chmodSync(join(stage, "project/empty"), 0o2750);
  symlinkSync("bin/run", join(stage, "project/link"));
  utimesSync(join(stage, "project/notes.txt"), 1_600_000_000, 1_600_000_000.5);
  return stage;
}

export const mixedFiles = 3;
export const mixedBytes = "notes\n".length + "#!/bin/sh\n".length;

/** Every entry in one order: its type, mode and content, a file's time. */
export function treeOf(root: string): string[] {
  const names = readdirSync(root, { recursive: true }).map(String).toSorted();
  return names
    .filter((name) => !name.split("/").includes(".subvolume"))
    .map((name) => `${name} ${entryOf(join(root, name))}`);
}

function entryOf(path: string): string {
  const stats = lstatSync(path);
  const mode = (stats.mode & 0o7777).toString(8);
  if (stats.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
  if (stats.isDirectory()) return `directory ${mode}`;
  const content = readFileSync(path).toString("base64");
  return `${mode} ${Math.floor(stats.mtimeMs)} ${content}`;
}

/** A backup through the repository, as a task makes it. */
export async function backUp(
  { repositories }: Host,
  directory: string,
  {
    options = {},
    ...more
  }: Partial<BackupInput> & { options?: CallOptions } = {},
): Promise<BackupResult> {
  const repository = await repositories.open();
  return repository.backup(
    {
      ...{ directory, source: ["."], project_id, job_id },
      onBytes() {},
      ...more,
    },
    options,
  );
}

export async function restoreInto(
  { repositories }: Host,
  backup_id: string,
  directory: string,
) {
  const repository = await repositories.open();
  return repository.restore({ backup_id, directory, onBytes() {} }, {});
}

export async function idsOf({ repositories }: Host): Promise<string[]> {
  return (await repositories.open()).ids();
}
