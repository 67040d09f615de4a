/** The task of each kind of job. */

import type { JobKind } from "../../conat-api/index.js";
import { runBackup } from "./backup.js";
import { runRestore } from "./restore/index.js";
import type { Task } from "./task.js";

export const tasks: Record<JobKind, Task> = {
  backup: runBackup,
  restore: runRestore,
};
