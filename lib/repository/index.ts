/** The configured repository, opened once for all who ask. */

import { join } from "node:path";
import type { BackupError } from "../../conat-api/index.js";
import { untilAborted } from "../aborted.js";
import { type Config, rusticCandidates } from "../config.js";
import type { ProjectHost } from "../host.js";
import { findRustic } from "./binary.js";
import { type Kit, readKit } from "./kit.js";
import { locate } from "./location.js";
import {
  keyPaths,
  type Opened,
  openRepository,
  openWithKit,
  type WithLock,
} from "./open.js";
import { createRepository, type Repository } from "./repository.js";
import { removeDeadProfiles } from "./profile.js";
import { createRustic } from "./rustic.js";

export type { BackupResult } from "./commands/backup.js";
export type { RestoreResult } from "./commands/restore.js";
export { excludeGlob } from "./commands/backup.js";
export { type Kit, parseKit } from "./kit.js";
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

export function createRepositories({
  host,
  config,
  withLock,
  opened,
}: RepositoryNeeds) {
  const { name, kind } = config.repository;
  const keysDir = join(host.dataDir, "keys");
  const runDir = join(host.dataDir, "run");
  const closing = new AbortController();
  const location = once(() =>
    locate(config.repository, config.limits.bandwidth_bytes_per_second),
  );
  const rustic = createRustic({
    binary: once(() =>
      findRustic(rusticCandidates(config.commands.rustic), config.environment),
    ),
    runDir,
    cacheDir: join(host.dataDir, "cache"),
    environment: config.environment,
    privileged: host.privileged ?? [],
    nice: config.limits.nice,
    ioClass: config.limits.io_class,
    idleTimeoutMs: config.limits.idle_timeout_seconds * 1000,
    closing: closing.signal,
  });

  const opening = () => ({
    config: config.repository,
    location: location(),
    rustic,
    keysDir,
    withLock,
  });
  const remember = ({ repository_id, keyFile }: Opened): Repository => {
    const repository = createRepository({
      repository_id,
      keyFile,
      name,
      kind,
      location: location(),
      rustic,
    });
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
    /** Ends whatever command still runs. */
    close: () => closing.abort(),
    /**
     * What is known without asking rustic: the id that this host's kit
     * names; undefined before the first use.
     */
    knownId: (): string | undefined =>
      readKit(keyPaths(keysDir, name).kit)?.repository_id ?? undefined,
    /** undefined: no repository was opened here yet. */
    kit: (): Kit | undefined => readKit(keyPaths(keysDir, name).kit),
    /** @throws BackupError REPOSITORY_REJECTED: a kit of another one. */
    importKit: async (kit: Kit): Promise<Repository> =>
      remember(await openWithKit(opening(), kit)),
    /** Profiles, with the secrets in them, that dead processes left. */
    removeDeadProfiles: () => removeDeadProfiles(runDir),
  };
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
