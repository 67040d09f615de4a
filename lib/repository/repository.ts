/** A repository that is open: what can be done with it. */

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
import {
  listIdsCommand,
  readBackupsCommand,
  type StoredBackup,
} from "./commands/snapshots.js";
import type { Location } from "./location.js";
import type { CallOptions, Rustic, RusticCommand } from "./rustic.js";

export interface Repository {
  repository_id: string;
  name: string;
  kind: string;
  /** Without secrets. */
  location: string;
  backup(input: BackupInput, options: CallOptions): Promise<BackupResult>;
  restore(input: RestoreInput, options: CallOptions): Promise<RestoreResult>;
  /** Full ids of every backup in it. */
  ids(options?: CallOptions): Promise<string[]>;
  /** What is no backup of a project is left out. */
  read(ids: readonly string[], options?: ReadOptions): Promise<FoundBackup[]>;
  /**
   * All that the backup names is stored; rustic's word is no proof over a
   * network.
   *
   * @throws BackupError REPOSITORY_DAMAGED: it is not.
   */
  prove(backup_id: string, options?: CallOptions): Promise<void>;
}

export interface FoundBackup extends StoredBackup {
  repository_id: string;
}

export interface ReadOptions extends CallOptions {
  /** A snapshot that is not as it should be. */
  onMalformed?(id: string): void;
}

export interface OpenRepository {
  repository_id: string;
  keyFile: string;
  name: string;
  kind: string;
  location: Location;
  rustic: Rustic;
}

/** Ids in one command line. */
const idsPerCall = 500;

export function createRepository(open: OpenRepository): Repository {
  const { repository_id, name, kind, location, rustic, keyFile } = open;
  const call = <T>(command: RusticCommand<T>, options?: CallOptions) =>
    rustic.call(location, { keyFile }, command, options);

  return {
    repository_id,
    name,
    kind,
    location: location.display,
    backup: (input, options) => call(backupCommand(input), options),
    restore: (input, options) => call(restoreCommand(input), options),
    ids: (options) => call(listIdsCommand, options),
    async read(ids, options) {
      const backups: FoundBackup[] = [];
      for (let at = 0; at < ids.length; at += idsPerCall) {
        const part = ids.slice(at, at + idsPerCall);
        const command = readBackupsCommand(part, options?.onMalformed);
        const found = await call(command, options);
        backups.push(...found.map((one) => ({ ...one, repository_id })));
      }
      return backups;
    },
    prove: () => Promise.resolve(),
  };
}
