/** A repository that is open: what can be done with it. */

import { join } from "node:path";
import type { BackupError } from "../../conat-api/index.js";
import type { Annotations } from "./commands/annotations.js";
import { backUp } from "./back-up.js";
import { check } from "./check.js";
import {
  backupCommand,
  type BackupInput,
  type BackupOptions,
  type BackupResult,
} from "./commands/backup.js";
import type { CheckInput, CheckResult } from "./commands/check.js";
import { type Figures, figuresCommand } from "./commands/figures.js";
import {
  pruneCommand,
  type PruneInput,
  type PruneResult,
} from "./commands/prune.js";
import {
  restoreCommand,
  type RestoreInput,
  type RestoreResult,
} from "./commands/restore.js";
import { listIdsCommand, type StoredBackup } from "./commands/snapshots.js";
import { asDamage } from "./failure.js";
import { forget } from "./forget.js";
import type { Location } from "./location.js";
import {
  backUpRemotely,
  openKnownIndex,
  openMarks,
  proveStored,
  type Proving,
} from "./proof/index.js";
import { readBackups } from "./read-backups.js";
import type { CallOptions, Rustic, RusticCommand } from "./rustic.js";
import { saveAnnotations } from "./save-annotations.js";

export interface Repository {
  repository_id: string;
  name: string;
  kind: string;
  /** Without secrets. */
  location: string;
  /**
   * What it names is stored. Where nothing has changed since the parent none
   * is made: then that is the result.
   */
  backup(input: BackupInput, options: CallOptions): Promise<BackupResult>;
  restore(input: RestoreInput, options: CallOptions): Promise<RestoreResult>;
  /** Full ids of every snapshot in it: backups, documents, what others made. */
  ids(options?: CallOptions): Promise<string[]>;
  /** What is of no project, or damaged, is left out. */
  read(ids: readonly string[], options?: ReadOptions): Promise<FoundSnapshots>;
  /**
   * All that a backup that was found here names is stored; rustic's word is
   * no proof over a network.
   *
   * @throws BackupError REPOSITORY_UNREACHABLE: there is no such backup, or
   * it could not be asked; REPOSITORY_DAMAGED: some of it is missing.
   */
  prove(backup_id: string, options?: CallOptions): Promise<void>;
  /**
   * Full ids; those that are gone already are fine. When it returns none of
   * them is in the repository.
   */
  forget(ids: readonly string[], options?: CallOptions): Promise<void>;
  /**
   * One at a time in a repository, whichever hosts use it. What was not
   * forgotten stays, but a backup that ran beside a prune can be read for
   * certain only after the next one, within `keepDeleteSeconds`.
   *
   * @throws LostRace: backups were being made meanwhile; nothing happened,
   * try again later. REPOSITORY_DAMAGED: what a backup needs is missing.
   */
  prune(input: PruneInput, options?: CallOptions): Promise<PruneResult>;
  /** @throws BackupError only when it could not look. */
  check(input?: CheckInput, options?: CallOptions): Promise<CheckResult>;
  /** Cheap: names and sizes are listed, nothing is read. */
  figures(options?: CallOptions): Promise<Figures>;
  /**
   * The project's document, at most 256 KiB; then the ones that it replaces
   * are forgotten. Where nothing can be deleted they stay: the newest counts.
   * The new document's id.
   */
  saveAnnotations(
    project_id: string,
    text: string,
    options?: SaveOptions,
  ): Promise<string>;
}

export interface FoundBackup extends StoredBackup {
  repository_id: string;
}

export interface FoundSnapshots {
  backups: FoundBackup[];
  annotations: Annotations[];
}

export interface SaveOptions extends CallOptions {
  /** Ids of the documents that it replaces. */
  replaces?: readonly string[];
}

export interface ReadOptions extends CallOptions {
  /** A snapshot that is not as it should be, or cannot be read. */
  onMalformed?(id: string): void;
}

export interface OpenRepository {
  repository_id: string;
  keyFile: string;
  name: string;
  kind: string;
  location: Location;
  rustic: Rustic;
  dataDir: string;
  /** false: rustic reaches the storage through a proxy. */
  direct: boolean;
}

export function createRepository(open: OpenRepository): Repository {
  const { repository_id, name, kind, location, rustic, keyFile } = open;
  const call = <T>(command: RusticCommand<T>, options?: CallOptions) =>
    rustic.call(location, { keyFile }, command, options);
  const proving = ({ signal, onGroup }: CallOptions = {}): Proving => ({
    call,
    location,
    cache: join(rustic.cacheDir, repository_id),
    options: { signal, onGroup },
  });
  const marks = openMarks(join(open.dataDir, "unproven", name));
  const known = openKnownIndex(join(open.dataDir, "proven", `${name}.json`));

  const repository: Repository = {
    repository_id,
    name,
    kind,
    location: location.display,
    backup: (input, options) => {
      const { runDir } = rustic;
      const remote = { marks, known, runDir, direct: open.direct };
      const proved = { ...remote, proving: proving(options) };
      const run = (once: BackupOptions) =>
        location.remote
          ? backUpRemotely(proved, once, options)
          : call(backupCommand(once), options);
      return backUp({ call, run }, input, options);
    },
    restore: (input, options) => call(restoreCommand(input), options),
    ids: (options) => call(listIdsCommand, options),
    async read(ids, options) {
      const { onMalformed, ...callOptions } = options ?? {};
      const ask = <T>(command: RusticCommand<T>) => call(command, callOptions);
      const found = await readBackups(ask, ids, onMalformed);
      const { annotations } = found;
      const backups = found.backups.map((one) => ({ ...one, repository_id }));
      return { backups, annotations };
    },
    async prove(backup_id, options) {
      if (location.remote) await proveStored(proving(options), backup_id);
    },
    forget: (ids, options) => forget(call, ids, options),
    prune: (input, options) =>
      call(pruneCommand(input), options).catch((error: BackupError) => {
        throw asDamage(error);
      }),
    check: (input = {}, options) => check(call, input, options),
    figures: (options) => call(figuresCommand, options),
    saveAnnotations: (project_id, text, options) => {
      const door = { ...repository, call, runDir: rustic.runDir };
      return saveAnnotations(door, { project_id, text }, options);
    },
  };
  return repository;
}
