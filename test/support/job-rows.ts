import { randomUUID } from "node:crypto";
import { identifyProcess } from "../../lib/process-identity.js";
import { openStore, type Store } from "../../lib/store/index.js";
import { tempDir } from "./temp.js";

/** A store in a new data directory; close it. */
export function openTestStore(dataDir = tempDir("data")): Store {
  return openStore(dataDir, "host-1");
}

export const self = identifyProcess(process.pid);
/** Somebody who has ended: pid 1 never started at that tick. */
export const dead = { ...self, pid: 1, started: 1 };

/** Verbs of a store with all that a test does not care about filled in. */
export function verbsOf({ jobs }: Store) {
  return {
    ask: (project_id: string, { now = 1000, trigger = "manual" } = {}) =>
      jobs.askBackup({
        project_id,
        trigger: trigger as "manual" | "scheduled",
        requested_by: "local",
        now,
      }),
    askRestore: (project_id: string, { now = 1000 } = {}) =>
      jobs.askRestore({
        project_id,
        trigger: "manual",
        requested_by: "local",
        now,
        repository_id: null,
        backup_id: "b".repeat(64),
        target: { type: "in_place" },
      }),
    claim: ({
      now = 2000,
      cap = 10,
      only = undefined as string | undefined,
    } = {}) => jobs.claim({ owner: self, cap, now, only }),
  };
}

export function newProject(): string {
  return randomUUID();
}
