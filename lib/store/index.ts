/** The store: all tables and their verbs behind one door. */

import { storingAnnotations } from "./annotations.js";
import { leaving } from "./annotations-leaving.js";
import { storingBackups } from "./backups.js";
import { storingUnproven } from "./backups-unproven.js";
import { storingBases } from "./bases.js";
import { openDatabase } from "./database.js";
import { storingDocuments } from "./documents.js";
import { asking } from "./jobs-ask.js";
import { claiming } from "./jobs-claim.js";
import { besidePruning } from "./jobs-beside-prune.js";
import { expiring } from "./jobs-expire.js";
import { readingJobs } from "./jobs-read.js";
import { releasing } from "./jobs-release.js";
import { running } from "./jobs-running.js";
import { settling } from "./jobs-settle.js";
import { settlingUnchanged } from "./jobs-unchanged.js";
import { storingProjects } from "./projects.js";
import { storingRepositories } from "./repositories.js";
import { storingScheduler } from "./scheduler.js";
import { watchingUpkeep } from "./upkeep.js";

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
      ...settlingUnchanged(database),
      ...readingJobs(database),
      ...expiring(database),
      ...besidePruning(database),
    },
    projects: storingProjects(database),
    bases: storingBases(database),
    backups: { ...storingBackups(database), ...storingUnproven(database) },
    annotations: { ...storingAnnotations(database), ...leaving(database) },
    documents: storingDocuments(database),
    scheduler: storingScheduler(database),
    repositories: storingRepositories(database),
    upkeep: watchingUpkeep(database),
    /** What `action` reads stays true until it ends; it is not async. */
    transaction: <T>(action: () => T): T =>
      database.transaction(action).immediate(),
    close: () => void database.close(),
  };
}

export type { TaggedBackup } from "./backups.js";
export { longestWaitMs } from "./jobs-claim.js";
export type { AnnotationFacts, BackupKey } from "./annotations.js";
export type { UnprovenBackup } from "./backups-unproven.js";
export type { BaseRow, CountedBase } from "./bases.js";
export type { DueDocument, FoundDocument } from "./documents.js";
export {
  type AnyJobRow,
  groupOf,
  isOfProject,
  type JobRow,
  ownerOf,
  type RepositoryJobRow,
  toJob,
  toRepositoryJob,
} from "./job-row.js";
export type { UnchangedProject } from "./jobs-unchanged.js";
export type { Noticed, ProjectRow } from "./projects.js";
export type { RunningFacts } from "./jobs-running.js";
export { type Settlement, warningsKept } from "./jobs-settle.js";
export type { RepositoryFigures, RepositoryRow } from "./repositories.js";
export { strongerTarget } from "./repository-target.js";
export { tryFileLock, withFileLock } from "./file-lock.js";
