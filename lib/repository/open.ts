/**
 * Opening the configured repository: with the key that this host holds, or,
 * once in its life, by making it. Never over one that exists.
 */

import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { BackupError } from "../../conat-api/index.js";
import type { RepositoryConfig } from "../config.js";
import type { Command } from "../exec.js";
import {
  addPasswordCommand,
  exportKeyCommand,
  initCommand,
  readIdCommand,
} from "./commands/setup.js";
import { type Kit, readKit, writeKit } from "./kit.js";
import { renameForGood, replacePrivately } from "../private-file.js";
import type { Location } from "./location.js";
import type { Credential } from "./profile.js";
import type { Rustic } from "./rustic.js";

export interface Opening {
  config: RepositoryConfig;
  location: Location;
  rustic: Rustic;
  /** `<dataDir>/keys`. */
  keysDir: string;
  withLock: WithLock;
  /** The host closes: nobody waits for the lock any longer. */
  closing?: AbortSignal;
}

/** Runs `action` while nobody else on this host holds the lock at `path`. */
export type WithLock = <T>(
  path: string,
  action: () => Promise<T>,
  signal?: AbortSignal,
) => Promise<T>;

export interface Opened {
  repository_id: string;
  keyFile: string;
}

export type KeyPaths = ReturnType<typeof keyPaths>;

export function keyPaths(keysDir: string, name: string) {
  return {
    key: join(keysDir, `${name}.key`),
    kit: join(keysDir, `${name}.kit.json`),
    lock: join(keysDir, `${name}.lock`),
  };
}

/**
 * @throws BackupError REPOSITORY_REJECTED when a repository is there that
 * this host has no key for; REPOSITORY_MISSING when there is none and this
 * host had one, or the configuration says `init = false`.
 */
export async function openRepository(opening: Opening): Promise<Opened> {
  const paths = pathsOf(opening);
  return (
    alreadyOpen(paths) ??
    locked(
      opening,
      async () =>
        (await findLocked(opening, paths)) ?? makeRepository(opening, paths),
    )
  );
}

/**
 * The same for those who only read: undefined where `openRepository` would
 * make one.
 */
export async function findRepository(
  opening: Opening,
): Promise<Opened | undefined> {
  const paths = pathsOf(opening);
  return (
    alreadyOpen(paths) ?? locked(opening, () => findLocked(opening, paths))
  );
}

/**
 * Takes over a repository that another host made, by its recovery kit.
 *
 * @throws BackupError REPOSITORY_REJECTED: a kit of another one; CONFLICT:
 * it would replace the only copy of another repository's kit.
 */
export async function openWithKit(opening: Opening, kit: Kit): Promise<Opened> {
  const paths = pathsOf(opening);
  return locked(opening, async () => {
    const found = await readId(opening, kit);
    if (found === undefined) throw missing(opening);
    requireSame(kit, found);
    const held = readKit(paths.kit)?.repository_id ?? found;
    if (held !== found) {
      throw new BackupError(
        "CONFLICT",
        "This host holds the recovery kit of another repository by this name.",
        { hint: "Give repository.name in the configuration another value." },
      );
    }
    return takeKey(opening, paths, kit, found);
  });
}

function pathsOf({ keysDir, config }: Opening): KeyPaths {
  return keyPaths(keysDir, config.name);
}

function locked<T>(opening: Opening, action: () => Promise<T>): Promise<T> {
  const { lock } = pathsOf(opening);
  return opening.withLock(lock, action, opening.closing);
}

async function findLocked(
  opening: Opening,
  paths: KeyPaths,
): Promise<Opened | undefined> {
  const opened = alreadyOpen(paths);
  if (opened) return opened;
  return existsSync(paths.kit) || !existsSync(paths.key)
    ? openByPassword(opening, paths)
    : openByKey(opening, paths);
}

function alreadyOpen(paths: KeyPaths): Opened | undefined {
  if (!isWholeKey(paths.key)) return undefined;
  const id = readKit(paths.kit)?.repository_id;
  return id ? { repository_id: id, keyFile: paths.key } : undefined;
}

/** A crash can leave a file without its content. */
function isWholeKey(path: string): boolean {
  try {
    return "encrypt" in JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    // root's, where the host has its help: then only rustic reads it.
    return (error as NodeJS.ErrnoException).code === "EACCES";
  }
}

/**
 * undefined: there is none, and one may be made. A host whose kit names a
 * repository never makes another one: its storage may only not be mounted.
 */
async function openByPassword(
  opening: Opening,
  paths: KeyPaths,
): Promise<Opened | undefined> {
  const { config } = opening;
  const kit = readKit(paths.kit) ?? newKit(opening);
  const found = await readId(opening, kit);
  if (found !== undefined) {
    requireSame(kit, found);
    return takeKey(opening, paths, kit, found);
  }
  if (!config.init || kit.repository_id !== null) throw missing(opening);
  return undefined;
}

/**
 * The kit is on the disk before the repository exists: a crash in between
 * finds its password again. With a new password each time: an `init` that was cut off leaves a key in
 * the repository that the old one opens, but that fits nothing.
 */
async function makeRepository(
  opening: Opening,
  paths: KeyPaths,
): Promise<Opened> {
  const { rustic, location } = opening;
  const kit = newKit(opening);
  writeKit(paths.kit, kit);
  await rustic.call(location, { password: kit.password }, initCommand);
  const made = await readId(opening, kit);
  if (made === undefined) throw missing(opening);
  return takeKey(opening, paths, kit, made);
}

/** The kit is lost, the key is not: it can add a password for a new kit. */
async function openByKey(opening: Opening, paths: KeyPaths): Promise<Opened> {
  const { rustic, location } = opening;
  const credential = { keyFile: paths.key };
  const repository_id = await readId(opening, credential);
  if (repository_id === undefined) throw missing(opening);
  const kit = newKit(opening);
  const passwordFile = `${paths.kit}.password`;
  try {
    replacePrivately(passwordFile, kit.password);
    await rustic.call(location, credential, addPasswordCommand(passwordFile));
  } finally {
    rmSync(passwordFile, { force: true });
  }
  writeKit(paths.kit, { ...kit, repository_id });
  return { repository_id, keyFile: paths.key };
}

/** @throws BackupError REPOSITORY_REJECTED */
function requireSame({ repository_id }: Kit, found: string): void {
  if (repository_id === null || repository_id === found) return;
  throw new BackupError(
    "REPOSITORY_REJECTED",
    "The kit is of another repository than the configured one.",
    { hint: "Compare the kit's location with the configuration." },
  );
}

/** undefined: there is no repository. */
async function readId(
  { rustic, location }: Opening,
  credential: Credential,
): Promise<string | undefined> {
  try {
    return await rustic.call(location, credential, readIdCommand);
  } catch (error) {
    const { code } = error as BackupError;
    if (code !== "REPOSITORY_MISSING") throw error;
    return undefined;
  }
}

async function takeKey(
  { rustic, location, keysDir }: Opening,
  paths: KeyPaths,
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
  sync(temporary);
  writeKit(paths.kit, { ...kit, repository_id });
  renameForGood(temporary, paths.key);
  return { repository_id, keyFile: paths.key };
}

/** To the disk; a file of root's gets there in its own time. */
function sync(path: string): void {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EACCES") return;
    throw error;
  }
  fsyncSync(file);
  closeSync(file);
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
