/** A repository that is open: what can be done with it. */

import { join } from "node:path";
import {
  backupCommand,
  type BackupInput,
  type BackupResult,
} from "./commands/backup.js";
import {
  restoreCommand,
  type RestoreInput,
  type RestoreResult,
} from "./commands/restore.js";
import { listIdsCommand, type StoredBackup } from "./commands/snapshots.js";
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

export interface Repository {
  repository_id: string;
  name: string;
  kind: string;
  /** Without secrets. */
  location: string;
  /** What it names is stored. */
  backup(input: BackupInput, options: CallOptions): Promise<BackupResult>;
  restore(input: RestoreInput, options: CallOptions): Promise<RestoreResult>;
  /** Full ids of every backup in it. */
  ids(options?: CallOptions): Promise<string[]>;
  /** What is no backup of a project, or damaged, is left out. */
  read(ids: readonly string[], options?: ReadOptions): Promise<FoundBackup[]>;
  /**
   * All that a backup that was found here names is stored; rustic's word is
   * no proof over a network.
   *
   * @throws BackupError REPOSITORY_UNREACHABLE: there is no such backup, or
   * it could not be asked; REPOSITORY_DAMAGED: some of it is missing.
   */
  prove(backup_id: string, options?: CallOptions): Promise<void>;
}

export interface FoundBackup extends StoredBackup {
  repository_id: string;
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

  return {
    repository_id,
    name,
    kind,
    location: location.display,
    async backup(input, options) {
      if (!location.remote) return call(backupCommand(input), options);
      const { runDir } = rustic;
      const remote = { marks, known, runDir, direct: open.direct };
      const proved = { ...remote, proving: proving(options) };
      return backUpRemotely(proved, input, options);
    },
    restore: (input, options) => call(restoreCommand(input), options),
    ids: (options) => call(listIdsCommand, options),
    async read(ids, options) {
      const { onMalformed, ...callOptions } = options ?? {};
      const ask = <T>(command: RusticCommand<T>) => call(command, callOptions);
      const backups = await readBackups(ask, ids, onMalformed);
      return backups.map((one) => ({ ...one, repository_id }));
    },
    async prove(backup_id, options) {
      if (location.remote) await proveStored(proving(options), backup_id);
    },
  };
}
