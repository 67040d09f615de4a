/** The store: all tables and their verbs behind one door. */

import { storingBackups } from "./backups.js";
import { openDatabase } from "./database.js";
import { asking } from "./jobs-ask.js";
import { claiming } from "./jobs-claim.js";
import { readingJobs } from "./jobs-read.js";
import { releasing } from "./jobs-release.js";
import { running } from "./jobs-running.js";
import { settling } from "./jobs-settle.js";
import { storingRepositories } from "./repositories.js";

export type Store = ReturnType<typeof openStore>;

/** @throws BackupError FILESYSTEM_FAILED or CONFLICT (see openDatabase). */
export function openStore(dataDir: string, host_id: string) {
  const database = openDatabase(dataDir, host_id);
  return {
    jobs: {
      ...asking(database),
      ...claiming(database),
      ...running(database),
      ...settling(database),
      ...releasing(database),
      ...readingJobs(database),
    },
    backups: storingBackups(database),
    repositories: storingRepositories(database),
    close: () => void database.close(),
  };
}

export type { TaggedBackup } from "./backups.js";
export { longestWaitMs } from "./jobs-claim.js";
export { type JobRow, groupOf, ownerOf, toJob } from "./job-row.js";
export type { RunningFacts } from "./jobs-running.js";
export { type Settlement, warningsKept } from "./jobs-settle.js";
export type { RepositoryRow } from "./repositories.js";
export { tryFileLock, withFileLock } from "./file-lock.js";
