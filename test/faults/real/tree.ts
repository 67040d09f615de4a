/**
 * A project's tree that says of itself whether it is whole: a manifest names
 * every file with its checksum, and the version that all of it is of.
 */

import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";

const manifestName = "manifest.json";

interface Manifest {
  version: number;
  files: Record<string, string>;
}

/** Replaces what is there; nothing of it can be deduplicated. */
export function writeTree(
  directory: string,
  version: number,
  { files, bytes }: { files: number; bytes: number },
): void {
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory)) {
    rmSync(join(directory, name), { recursive: true });
  }
  const manifest: Manifest = { version, files: {} };
  const write = (name: string, content: Buffer) => {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
    manifest.files[name] = checksum(content);
  };
  for (let i = 0; i < files; i++) {
    write(`data/${i}.bin`, randomBytes(Math.round(bytes / files)));
    write(`notes/${i}/${version}.txt`, Buffer.from(`${version}.${i}\n`));
  }
  writeFileSync(join(directory, manifestName), JSON.stringify(manifest));
}

/** Its version, or what is wrong with it. */
export function readTree(directory: string): number | string {
  const path = join(directory, manifestName);
  if (!existsSync(path)) return `${directory} has no manifest`;
  const { version, files } = JSON.parse(readFileSync(path, "utf8")) as Manifest;
  const found = filesOf(directory).filter((name) => name !== manifestName);
  const missing = Object.keys(files).filter((name) => !found.includes(name));
  const foreign = found.filter((name) => !Object.hasOwn(files, name));
  const changed = found.filter(
    (name) => files[name] !== checksum(readFileSync(join(directory, name))),
  );
  const wrong = { missing, foreign, changed };
  return missing.length + foreign.length + changed.length === 0
    ? version
    : `${directory}, version ${version}: ${JSON.stringify(wrong)}`;
}

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(directory, join(parentPath, name)));
}

function checksum(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
