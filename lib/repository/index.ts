/** The configured repository, opened once for all who ask. */

import { join } from "node:path";
import type { BackupError } from "../../conat-api/index.js";
import { untilAborted } from "../aborted.js";
import { type Config, rusticCandidates } from "../config.js";
import type { ProjectHost } from "../host.js";
import { findRustic } from "./binary.js";
import { deadCallFiles } from "./call-file.js";
import { type Kit, readKit } from "./kit.js";
import { locate } from "./location.js";
import {
  findRepository,
  keyPaths,
  type Opened,
  type Opening,
  openRepository,
  openWithKit,
  type WithLock,
} from "./open.js";
import { createRepository, type Repository } from "./repository.js";
import { removeDeadProfiles } from "./profile.js";
import { createRustic, type Rustic } from "./rustic.js";
import { findTether } from "./tether.js";

export type { Annotations } from "./commands/annotations.js";
export type { BackupResult } from "./commands/backup.js";
export type { CheckInput, CheckResult } from "./commands/check.js";
export type { Figures } from "./commands/figures.js";
export type { PruneInput, PruneResult } from "./commands/prune.js";
export type { RestoreResult } from "./commands/restore.js";
export { excludeGlob } from "./commands/backup.js";
export { LostRace } from "./failure.js";
export { exportKit, type Kit, parseKit } from "./kit.js";
export type { Repository } from "./repository.js";
export type { CallOptions } from "./rustic.js";

export type Repositories = ReturnType<typeof createRepositories>;

export interface RepositoryNeeds {
  host: Pick<ProjectHost, "dataDir" | "privileged">;
  config: Config;
  /** Holds across the processes of this host. */
  withLock: WithLock;
  /** Told of every repository that was opened. */
  opened(
    repository: Pick<
      Repository,
      "repository_id" | "name" | "kind" | "location"
    >,
  ): void;
}

export function createRepositories(needs: RepositoryNeeds) {
  const { host, config, opened } = needs;
  const closing = new AbortController();
  const opening = openingOf(needs, closing.signal);
  const paths = keyPaths(join(host.dataDir, "keys"), config.repository.name);

  const remember = (found: Opened): Repository => {
    const { name, kind } = config.repository;
    const { location, rustic } = opening();
    const place = { name, kind, location, rustic, dataDir: host.dataDir };
    const direct = !isProxied(config.environment);
    const repository = createRepository({ ...found, ...place, direct });
    opened(repository);
    return repository;
  };
  const openOnce = once(async () => remember(await openRepository(opening())));
  const open = (signal?: AbortSignal) => untilAborted(openOnce(), signal);

  return {
    /** The repository of a project. */
    resolve: (_project_id: string, signal?: AbortSignal) => open(signal),
    /**
     * Opened, or made on first use where that is allowed. All who ask share
     * one opening; a signal only ends the waiting.
     */
    open,
    /**
     * For those who only read: undefined while there is none and the first
     * backup may make it.
     *
     * @throws BackupError as `open` does.
     */
    async find(signal?: AbortSignal): Promise<Repository | undefined> {
      const found = await untilAborted(findRepository(opening()), signal);
      return found && remember(found);
    },
    /** Ends whatever command still runs, and who waits for the lock. */
    close: () => closing.abort(),
    /**
     * What is known without asking rustic: the id that this host's kit
     * names; undefined before the first use.
     */
    knownId: (): string | undefined =>
      readKit(paths.kit)?.repository_id ?? undefined,
    /** undefined: no repository was opened here yet. */
    kit: (): Kit | undefined => readKit(paths.kit),
    /** @throws BackupError REPOSITORY_REJECTED: a kit of another one. */
    importKit: async (kit: Kit): Promise<Repository> =>
      remember(await openWithKit(opening(), kit)),
    /** Files that commands of dead processes of this host were given. */
    deadCalls: () => deadCallFiles(join(host.dataDir, "run")),
    /** Profiles, with the secrets in them, that dead processes left. */
    removeDeadProfiles: () => removeDeadProfiles(join(host.dataDir, "run")),
  };
}

function isProxied(environment: Config["environment"]): boolean {
  return Boolean(environment["HTTPS_PROXY"] || environment["HTTP_PROXY"]);
}

/** Secrets are read when the repository is first asked for. */
function openingOf(
  { host, config, withLock }: RepositoryNeeds,
  closing: AbortSignal,
): () => Opening {
  const { repository, limits } = config;
  const rustic = rusticOf(host, config, closing);
  const location = once(() =>
    locate(repository, limits.bandwidth_bytes_per_second),
  );
  return () => ({
    config: repository,
    location: location(),
    rustic,
    keysDir: join(host.dataDir, "keys"),
    withLock,
    closing,
  });
}

function rusticOf(
  { dataDir, privileged = [] }: RepositoryNeeds["host"],
  { commands, environment, limits }: Config,
  closing: AbortSignal,
): Rustic {
  return createRustic({
    binary: once(() =>
      findRustic(rusticCandidates(commands.rustic), environment),
    ),
    tether: once(() =>
      // rustic's parent would be the prefix, which may outlive this process.
      privileged.length > 0 ? Promise.resolve([]) : findTether(environment),
    ),
    runDir: join(dataDir, "run"),
    cacheDir: join(dataDir, "cache"),
    environment,
    privileged,
    nice: limits.nice,
    ioClass: limits.io_class,
    idleTimeoutMs: limits.idle_timeout_seconds * 1000,
    closing,
  });
}

/** The first good result for all; a failure is forgotten. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    if (made) return made.value;
    const value = make();
    const kept = { value };
    made = kept;
    if (value instanceof Promise) {
      value.catch((_error: BackupError) => {
        if (made === kept) made = undefined;
      });
    }
    return value;
  };
}
