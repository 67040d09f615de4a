/** What a repository holds that no row knows of yet; and into the rows. */

import type { TaggedBackup } from "../store/index.js";
import type { Annotations, Repository } from "../repository/index.js";
import type { Tools } from "./task.js";

export interface UnknownBackups {
  added: TaggedBackup[];
  /** Documents that were not read before; of several the newest counts. */
  annotations: Annotations[];
  /** Ids of rows whose backup is not there any more. */
  gone: string[];
  /** Likewise, of documents. */
  goneDocuments: string[];
}

export interface ReadingOptions {
  signal?: AbortSignal | undefined;
  /** Snapshots that are not read again; added to. */
  foreign?: Set<string>;
  onMalformed?(id: string): void;
}

/** Reads what is new and takes it into the rows. */
export async function takeReading(
  repository: Repository,
  { store, host }: Pick<Tools, "store" | "host">,
  options: ReadingOptions,
): Promise<void> {
  const { repository_id } = repository;
  const read = await readUnknown(repository, { store }, options);
  const { added, gone, annotations } = read;
  const documents = annotations.map(({ id, ...one }) => ({
    ...{ ...one, document_id: id },
    repository_id,
  }));
  // Before the list counts as read: retention must know of its pins then.
  const bad = store.documents.take(documents);
  store.documents.gone(repository_id, read.goneDocuments);
  const now = host.clock.now();
  store.backups.takeReading({ repository_id, added, gone, now });
  for (const document_id of bad) {
    options.foreign?.add(document_id);
    host.logger.warn("a document is not understood", { document_id });
  }
}

/**
 * Lists ids, subtracts those that are known and reads the rest: 11 ms plus
 * what is new, where reading all takes 100 ms at 2,000 backups.
 */
export async function readUnknown(
  repository: Repository,
  { store }: Pick<Tools, "store">,
  { foreign = new Set(), ...options }: ReadingOptions,
): Promise<UnknownBackups> {
  const { repository_id } = repository;
  // Before the listing: a backup that settles meanwhile is not in it.
  const before = store.backups.ids(repository_id);
  const documentsBefore = [
    ...store.documents.known(repository_id),
    ...store.documents.unread(repository_id).map((one) => one.document_id),
  ];
  const found = new Set(await repository.ids(options));
  const known = new Set([
    ...store.backups.ids(repository_id),
    ...store.documents.known(repository_id),
  ]);
  const unknown = [...found].filter((id) => !known.has(id) && !foreign.has(id));
  const reading = await repository.read(unknown, options);
  const { backups: added, annotations } = reading;
  // A document becomes known, or foreign, once it is taken.
  const ours = new Set([
    ...added.map(({ backup_id }) => backup_id),
    ...annotations.map(({ id }) => id),
  ]);
  for (const id of unknown) if (!ours.has(id)) foreign.add(id);
  const isGone = (id: string) => !found.has(id);
  return {
    ...{ added, annotations },
    gone: before.filter(isGone),
    goneDocuments: documentsBefore.filter(isGone),
  };
}
