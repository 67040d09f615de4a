/** The repositories that this host has opened. */

import { type Database, durably } from "./database.js";

export interface RepositoryRow {
  repository_id: string;
  name: string;
  kind: string;
  location: string;
  created_at: number;
  /** When `repo kit` last printed the recovery kit; null: never. */
  kit_exported_at: number | null;
  read_at: number | null;
  /** JSON: what it holds, as it was counted at figures_at. */
  figures: string | null;
  figures_at: number | null;
  pruned_at: number | null;
  /** 1: the newest prune took nothing from what ran beside it. */
  pruned_quietly: 0 | 1;
  /** How many the newest prune has left; null: not known. */
  index_files_pruned: number | null;
  checked_at: number | null;
  /** When a part of the data was last read and was whole. */
  data_checked_at: number | null;
  /** When data was last read, whatever came of it. */
  data_tried_at: number | null;
  data_part: number;
  /** Each of the configured parts is read in so many. */
  data_split: number;
  /** JSON: findings of the newest check; null: none. */
  damage: string | null;
  /** Where it was found in the data: the target of that check. */
  damage_target: string | null;
  /** The host that prunes and checks it; null: nobody does. */
  maintainer: string | null;
  /** null: it was never asked for. */
  maintainer_asked_at: number | null;
}

/** Counted in the repository itself. */
export interface RepositoryFigures {
  backups: number;
  index_files: number;
  packs: number;
  size_bytes: number;
}

export interface Checked {
  errors: readonly string[];
  /** Of a check that read data; without it only the metadata was looked at. */
  target?: string;
  /** The next part to read, where this one is whole. */
  part?: number | undefined;
}

/** A part that is smaller than that by far fits no budget either. */
const mostSplit = 32;

export type NewRepository = Pick<
  RepositoryRow,
  "repository_id" | "name" | "kind" | "location"
>;

export function storingRepositories(database: Database) {
  const upsert = database.prepare(`
    INSERT INTO repositories (repository_id, name, kind, location, created_at)
    VALUES (@repository_id, @name, @kind, @location, @now)
    ON CONFLICT (repository_id) DO UPDATE SET
      name = @name, kind = @kind, location = @location`);
  const get = database.prepare(
    "SELECT * FROM repositories WHERE repository_id = ?",
  );
  const list = database.prepare(
    "SELECT * FROM repositories ORDER BY created_at",
  );
  const exported = database.prepare(
    "UPDATE repositories SET kit_exported_at = ? WHERE repository_id = ?",
  );
  const counted = database.prepare(
    "UPDATE repositories SET figures = ?, figures_at = ? WHERE repository_id = ?",
  );
  const left = database.prepare(
    "UPDATE repositories SET index_files_pruned = ? WHERE repository_id = ?",
  );
  const pruning = database.prepare(
    "UPDATE repositories SET pruned_quietly = 0 WHERE repository_id = ?",
  );
  const pruned = database.prepare(
    `UPDATE repositories SET pruned_at = ?, pruned_quietly = ?
     WHERE repository_id = ?`,
  );
  // Only who reads the data finds that it is whole again.
  const checked = database.prepare(
    `UPDATE repositories SET checked_at = @now,
       damage = iif(
         @reads OR @damage IS NOT NULL OR damage_target ->> 'data' IS NULL,
         @damage, damage),
       damage_target = CASE WHEN @reads THEN @target
         WHEN damage_target ->> 'data' IS NOT NULL THEN damage_target END,
       data_checked_at = iif(@part IS NULL, data_checked_at, @now),
       data_part = coalesce(@part, data_part),
       -- Each turn through all of it tries larger parts again.
       data_split = iif(@part = 1, max(data_split / 2, 1), data_split)
     WHERE repository_id = @repository_id`,
  );
  // As of the metadata: the next check comes to both.
  const readingData = database.prepare(
    `UPDATE repositories SET data_tried_at = checked_at
     WHERE repository_id = ?`,
  );
  const splitData = database.prepare(
    `UPDATE repositories SET data_split = min(data_split * 2, ${mostSplit})
     WHERE repository_id = ?`,
  );
  const maintained = database.prepare(
    `UPDATE repositories SET maintainer = @maintainer, maintainer_asked_at = @now
     WHERE repository_id = @repository_id
       AND (maintainer_asked_at IS NULL OR maintainer IS NOT @maintainer)`,
  );
  const leaveDamage = database.prepare(
    `UPDATE repositories SET damage = NULL, damage_target = NULL
     WHERE repository_id = @repository_id AND damage IS NOT NULL
       AND @maintainer <> (SELECT host_id FROM host)`,
  );
  return {
    /**
     * Written only where it is news. Where another host checks from now on,
     * this one knows only how it was: what it found goes.
     */
    maintained(
      repository_id: string,
      maintainer: string | null,
      now: number,
    ): void {
      maintained.run({ repository_id, maintainer, now });
      leaveDamage.run({ repository_id, maintainer });
    },
    counted: (repository_id: string, figures: RepositoryFigures, now: number) =>
      void counted.run(JSON.stringify(figures), now, repository_id),
    /** Before a prune: it may be killed after it has changed something. */
    pruning: (repository_id: string) =>
      void durably(database, () => pruning.run(repository_id)),
    pruned: (repository_id: string, quietly: boolean, now: number) =>
      void pruned.run(now, Number(quietly), repository_id),
    /** As counted after a prune. */
    prunedTo: (repository_id: string, index_files: number) =>
      void left.run(index_files, repository_id),
    checked: (
      repository_id: string,
      { errors, part, target }: Checked,
      now: number,
    ) =>
      void checked.run({
        ...{ repository_id, now, part: part ?? null },
        reads: target === undefined ? 0 : 1,
        target: errors.length > 0 ? (target ?? null) : null,
        damage: errors.length > 0 ? JSON.stringify(errors) : null,
      }),
    /** Once the metadata was checked. */
    readingData: (repository_id: string) => void readingData.run(repository_id),
    /** A part was too large for its time: the next one is half of it. */
    splitData: (repository_id: string) => void splitData.run(repository_id),
    opened: (repository: NewRepository, now: number) =>
      void upsert.run({ ...repository, now }),
    get: (repository_id: string) =>
      get.get(repository_id) as RepositoryRow | undefined,
    list: () => list.all() as RepositoryRow[],
    kitExported: (repository_id: string, now: number) =>
      void exported.run(now, repository_id),
  };
}
