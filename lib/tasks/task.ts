/** What a task gets and gives: one file a kind of job implements it. */

import type { Job } from "../../conat-api/index.js";
import type { Config } from "../config.js";
import type { ProcessIdentity } from "../process-identity.js";
import type { ProjectHost } from "../host.js";
import type { Repositories } from "../repository/index.js";
import type { Btrfs } from "../source/btrfs.js";
import type { CaptureDatabases } from "../source/sqlite-capture.js";
import type { RunningFacts, Settlement, Store } from "../store/index.js";

/** What every task works with; made once by index.ts. */
export interface Tools {
  host: ProjectHost;
  config: Config;
  store: Store;
  repositories: Repositories;
  btrfs: Btrfs;
  captureDatabases: CaptureDatabases;
}

/** One running job, as its task sees it. */
export interface TaskRun {
  job: Job;
  signal: AbortSignal;
  /** Writes facts into the row; a new phase counts as progress. */
  note(facts: RunningFacts): void;
  /** rustic's bytes, as they come; the row gets a few a second. */
  onBytes(bytes: { done: number; total?: number }): void;
  onGroup(group: ProcessIdentity | null): void;
}

/** What a task adds to the row of a job that succeeded. */
export type Outcome = Omit<Settlement, "state" | "now">;

export type Task = (run: TaskRun, tools: Tools) => Promise<Outcome>;
