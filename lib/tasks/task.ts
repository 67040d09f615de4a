/** What a task gets and gives: one file a kind of job implements it. */

import type { Job, JobKind, RepositoryJobKind } from "../../conat-api/index.js";
import type { Config } from "../config.js";
import type { ProcessIdentity } from "../process-identity.js";
import type { ProjectHost } from "../host.js";
import type { Repositories } from "../repository/index.js";
import type { Btrfs } from "../source/btrfs.js";
import type { CaptureDatabases } from "../source/sqlite-capture.js";
import type {
  RepositoryJobRow,
  RunningFacts,
  Settlement,
  Store,
} from "../store/index.js";

/** What every task works with; made once by index.ts. */
export interface Tools {
  host: ProjectHost;
  config: Config;
  store: Store;
  repositories: Repositories;
  btrfs: Btrfs;
  captureDatabases: CaptureDatabases;
}

/** What a running task does with its row. */
export interface Running {
  signal: AbortSignal;
  /** Writes facts into the row; a new phase counts as progress. */
  note(facts: RunningFacts): void;
  /** rustic's bytes, as they come; the row gets a few a second. */
  onBytes(bytes: { done: number; total?: number }): void;
  onGroup(group: ProcessIdentity | null): void;
}

/** One running job of a project, as its task sees it. */
export interface TaskRun extends Running {
  job: Job;
}

/** One on a repository. */
export interface RepositoryRun extends Running {
  row: RepositoryJobRow;
}

/** What a task adds to the row of a job that succeeded. */
export interface Outcome extends Omit<Settlement, "state" | "now"> {
  /** Once the row says so: removes what it has replaced. */
  afterwards?(): Promise<void>;
}

export type Task = (run: TaskRun, tools: Tools) => Promise<Outcome>;
export type RepositoryTask = (
  run: RepositoryRun,
  tools: Tools,
) => Promise<Outcome>;

/** The task of each kind of job. */
export type Tasks = Record<JobKind, Task> &
  Record<RepositoryJobKind, RepositoryTask>;
