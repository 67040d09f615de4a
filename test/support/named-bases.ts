import SqliteDatabase from "better-sqlite3";

export const jobFileName = "project-backups.sqlite";

/** The directories of bases that the rows of a job file name. */
export function basesNamedIn(jobFile: string): string[] {
  let database: SqliteDatabase.Database | undefined;
  try {
    database = new SqliteDatabase(jobFile, { readonly: true });
    const paths = database.prepare("SELECT path FROM bases").pluck();
    return paths.all() as string[];
  } catch {
    // Damaged on purpose, or of an older layout: it names nothing.
    return [];
  } finally {
    database?.close();
  }
}
