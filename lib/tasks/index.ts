/** The task of each kind of job. */

import { runBackup } from "./backup/index.js";
import { runCheck } from "./check.js";
import { runForget } from "./forget.js";
import { runPrune } from "./prune.js";
import { runRestore } from "./restore/index.js";
import type { Tasks } from "./task.js";

export const tasks: Tasks = {
  backup: runBackup,
  restore: runRestore,
  forget: runForget,
  prune: runPrune,
  check: runCheck,
};
