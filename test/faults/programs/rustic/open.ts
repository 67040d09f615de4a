/** Opening the repository: its config, by password or by key. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { errnoOf, ifMissing } from "../errno.js";
import type { ProgramCall } from "../program.js";
import type { Place } from "./profile.js";
import { sha256 } from "./store-file.js";
import {
  damagedKey,
  noKeyFile,
  noRepository,
  unreadable,
  wrongPassword,
} from "./words.js";

export interface Opened extends Place {
  id: string;
  key: MasterKey;
}

export const MasterKey = z.object({
  mac: z.object({ k: z.string(), r: z.string() }),
  encrypt: z.string(),
});
export type MasterKey = z.infer<typeof MasterKey>;

/** Nothing is encrypted here: a seal says which key would open it. */
export const sealOf = ({ encrypt }: MasterKey): string => sha256(encrypt);

export const RepositoryFile = z.object({
  seal: z.string(),
  config: z.object({ id: z.string() }).loose(),
});

export const KeyFile = z.object({
  salt: z.string(),
  hash: z.string(),
  key: MasterKey,
});

export async function open(call: ProgramCall, place: Place): Promise<Opened> {
  const { path } = place;
  const text = await readFile(join(path, "config"), "utf8").catch(ifMissing);
  if (text === undefined) throw noRepository(path);
  const key = await masterKey(place);
  const file = readWhole(text);
  if (file?.seal !== sealOf(key)) throw sealed();
  call.err(`[INFO] repository local:${path}: password is correct.\n`);
  call.err("[INFO] using no cache\n");
  return { ...place, id: file.config.id, key };
}

function readWhole(text: string) {
  try {
    return RepositoryFile.parse(JSON.parse(text));
  } catch {
    throw sealed();
  }
}

const sealed = () =>
  unreadable(
    "Config",
    "0".repeat(64),
    "Data decryption failed, MAC check failed.",
  );

function masterKey(place: Place): Promise<MasterKey> {
  if (place.keyFile !== undefined) return keyOfFile(place.keyFile);
  return keyOfPassword(place.path, place.password ?? "");
}

async function keyOfFile(path: string): Promise<MasterKey> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (!errnoOf(error)) throw error;
    throw noKeyFile(path);
  });
  try {
    return MasterKey.parse(JSON.parse(text));
  } catch {
    throw damagedKey();
  }
}

/** The first that the password opens, whether it fits the config or not. */
async function keyOfPassword(
  path: string,
  password: string,
): Promise<MasterKey> {
  const names = (await readdir(join(path, "keys")).catch(ifMissing)) ?? [];
  for (const name of names.filter((one) => !one.includes("-tmp-")).toSorted()) {
    const text = await readFile(join(path, "keys", name), "utf8");
    const { salt, hash, key } = KeyFile.parse(JSON.parse(text));
    if (hash === sha256(`${salt} ${password}`)) return key;
  }
  throw wrongPassword();
}
