/** The repositories that this host has opened. */

import type { Database } from "./database.js";

export interface RepositoryRow {
  repository_id: string;
  name: string;
  kind: string;
  location: string;
  created_at: number;
  /** When `repo kit` last printed the recovery kit; null: never. */
  kit_exported_at: number | null;
  read_at: number | null;
}

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
  return {
    opened: (repository: NewRepository, now: number) =>
      void upsert.run({ ...repository, now }),
    get: (repository_id: string) =>
      get.get(repository_id) as RepositoryRow | undefined,
    list: () => list.all() as RepositoryRow[],
    kitExported: (repository_id: string, now: number) =>
      void exported.run(now, repository_id),
  };
}
