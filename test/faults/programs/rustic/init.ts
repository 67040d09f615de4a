/** `rustic init`: the key first, then the config that makes it one. */

import { randomBytes } from "node:crypto";
import { lstat, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ifMissing } from "../errno.js";
import type { ProgramCall } from "../program.js";
import { readArguments } from "./arguments.js";
import { addKey, newKey } from "./keys.js";
import { sealOf } from "./open.js";
import type { Place } from "./profile.js";
import { storeFile } from "./store-file.js";
import { Failed } from "./words.js";

export async function init(
  call: ProgramCall,
  { path, password = "" }: Place,
  args: readonly string[],
): Promise<void> {
  readArguments(args, { values: ["set-datapack-size-limit"] });
  const config = join(path, "config");
  if (await lstat(config).catch(ifMissing)) {
    throw new Failed("error: Config file already exists. Aborting.\n");
  }
  const key = newKey();
  for (const name of ["data", "index", "keys", "snapshots"]) {
    await mkdir(join(path, name), { recursive: true });
  }
  await addKey(call, path, key, password);
  const id = randomBytes(32).toString("hex");
  const content = { version: 2, id, chunker_polynomial: "244dab7c7c9231" };
  const text = JSON.stringify({ seal: sealOf(key), config: content });
  await storeFile(call, config, text);
  call.err(`[INFO] repository ${id.slice(0, 8)} successfully created.\n`);
  call.err("[INFO] using no cache\n");
}
