/** Keys of a repository: made, added, taken out. */

import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileMode } from "../prefixes.js";
import type { ProgramCall } from "../program.js";
import { readArguments } from "./arguments.js";
import type { MasterKey, Opened } from "./open.js";
import type { Subcommand } from "./subcommand.js";
import { sha256, storeFile } from "./store-file.js";
import { Failed, kernelReport, report } from "./words.js";

export function newKey(): MasterKey {
  const bytes = (count: number) => randomBytes(count).toString("base64");
  return { mac: { k: bytes(16), r: bytes(16) }, encrypt: bytes(32) };
}

/** A file in `keys/` that the password opens. */
export async function addKey(
  call: ProgramCall,
  path: string,
  key: MasterKey,
  password: string,
): Promise<void> {
  const salt = randomBytes(8).toString("hex");
  const hash = sha256(`${salt} ${password}`);
  const text = JSON.stringify({ salt, hash, key });
  const id = sha256(text);
  await storeFile(call, join(path, "keys", id), text);
  call.err(`[INFO] key ${id.slice(0, 8)} successfully added.\n`);
}

/** `key export FILE`, `key add --new-password-file FILE` */
export const key: Subcommand = async (call, opened, [verb, ...args]) => {
  if (verb === "export") return exportKey(call, opened, args);
  if (verb === "add") return addPassword(call, opened, args);
  throw new Failed(`error: unrecognized subcommand '${verb}'\n`, 2);
};

async function exportKey(
  call: ProgramCall,
  opened: Opened,
  args: readonly string[],
): Promise<void> {
  const [path = ""] = readArguments(args, {}).positionals;
  const options = { mode: fileMode(call) };
  await writeFile(path, JSON.stringify(opened.key), options).catch(
    (error: unknown) => {
      throw new Failed(`error: ${report(kernelReport(error, path))}`);
    },
  );
}

async function addPassword(
  call: ProgramCall,
  opened: Opened,
  args: readonly string[],
): Promise<void> {
  const given = readArguments(args, { values: ["new-password-file"] });
  const file = given.value("new-password-file") ?? "";
  const password = (await readFile(file, "utf8")).replace(/\r?\n$/, "");
  await addKey(call, opened.path, opened.key, password);
}
