/**
 * Opening the configured repository: with the key that this host holds, or,
 * once in its life, by making it. Never over one that exists.
 */

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BackupError } from "../../conat-api/index.js";
import type { RepositoryConfig } from "../config.js";
import type { Command } from "../exec.js";
import { withFileLock } from "../store/index.js";
import {
  exportKeyCommand,
  initCommand,
  readIdCommand,
} from "./commands/setup.js";
import { type Kit, readKit, writeKit } from "./kit.js";
import type { Location } from "./location.js";
import { restRepositoryExists } from "./rest-probe.js";
import type { Rustic } from "./rustic.js";

export interface Opening {
  config: RepositoryConfig;
  location: Location;
  rustic: Rustic;
  /** `<dataDir>/keys`. */
  keysDir: string;
}

export interface Opened {
  repository_id: string;
  keyFile: string;
}

export function keyPaths(keysDir: string, name: string) {
  return {
    key: join(keysDir, `${name}.key`),
    kit: join(keysDir, `${name}.kit.json`),
    lock: join(keysDir, `${name}.lock`),
  };
}

/**
 * @throws BackupError REPOSITORY_REJECTED when a repository is there that
 * this host has no key for; REPOSITORY_MISSING when there is none and the
 * configuration says `init = false`.
 */
export async function openRepository(opening: Opening): Promise<Opened> {
  const paths = keyPaths(opening.keysDir, opening.config.name);
  return (
    alreadyOpen(paths) ??
    withFileLock(paths.lock, async () => {
      return alreadyOpen(paths) ?? (await openByPassword(opening, paths));
    })
  );
}

/** Takes over a repository that another host made, by its recovery kit. */
export async function openWithKit(opening: Opening, kit: Kit): Promise<Opened> {
  const paths = keyPaths(opening.keysDir, opening.config.name);
  return withFileLock(paths.lock, async () => {
    const found = await readId(opening, kit.password);
    if (found === undefined) throw missing(opening);
    if (kit.repository_id !== null && found !== kit.repository_id) {
      throw new BackupError(
        "REPOSITORY_REJECTED",
        "The kit is of another repository than the configured one.",
        { hint: "Compare the kit's location with the configuration." },
      );
    }
    return takeKey(opening, paths, kit, found);
  });
}

function alreadyOpen(paths: ReturnType<typeof keyPaths>): Opened | undefined {
  if (!existsSync(paths.key)) return undefined;
  const id = readKit(paths.kit)?.repository_id;
  return id ? { repository_id: id, keyFile: paths.key } : undefined;
}

/**
 * The kit is on the disk before the repository exists: a crash in between
 * finds its password again here.
 */
async function openByPassword(
  opening: Opening,
  paths: ReturnType<typeof keyPaths>,
): Promise<Opened> {
  const kit = readKit(paths.kit) ?? newKit(opening);
  const found = await readId(opening, kit.password);
  if (found !== undefined) return takeKey(opening, paths, kit, found);
  if (!opening.config.init) throw missing(opening);
  writeKit(paths.kit, kit);
  const { rustic, location } = opening;
  await rustic.call(location, { password: kit.password }, initCommand);
  const made = await readId(opening, kit.password);
  if (made === undefined) throw missing(opening);
  return takeKey(opening, paths, kit, made);
}

/** undefined: there is no repository. */
async function readId(
  { rustic, location, config }: Opening,
  password: string,
): Promise<string | undefined> {
  try {
    return await rustic.call(location, { password }, readIdCommand);
  } catch (error) {
    const { code } = error as BackupError;
    if (code !== "REPOSITORY_MISSING") throw error;
    if (config.kind === "rest" && (await restRepositoryExists(location))) {
      throw error;
    }
    return undefined;
  }
}

async function takeKey(
  { rustic, location, keysDir }: Opening,
  paths: ReturnType<typeof keyPaths>,
  kit: Kit,
  repository_id: string,
): Promise<Opened> {
  mkdirSync(keysDir, { recursive: true, mode: 0o700 });
  const temporary = `${paths.key}.new`;
  rmSync(temporary, { force: true });
  await rustic.call(
    location,
    { password: kit.password },
    exportKeyCommand(temporary),
    { wrap: withNarrowUmask },
  );
  writeKit(paths.kit, { ...kit, repository_id });
  renameSync(temporary, paths.key);
  return { repository_id, keyFile: paths.key };
}

function withNarrowUmask({ file, args, ...rest }: Command): Command {
  const script = 'umask 077 && exec "$@"';
  return { ...rest, file: "sh", args: ["-c", script, "sh", file, ...args] };
}

function newKit({ config, location }: Opening): Kit {
  return {
    kit_version: 1,
    name: config.name,
    kind: config.kind,
    location: location.display,
    repository_id: null,
    password: randomBytes(32).toString("base64url"),
    credentials: location.credentials,
    created_at: new Date().toISOString(),
  };
}

function missing({ location }: Opening): BackupError {
  return new BackupError(
    "REPOSITORY_MISSING",
    `There is no repository at ${location.display}.`,
    { hint: "Check that the storage is mounted and the location is right." },
  );
}
