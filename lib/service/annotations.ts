/** Names, notes, pins; forgetting a backup and taking it back. */

import { type Backup, BackupError } from "../../conat-api/index.js";
import { pinsLeft } from "../jobs/retention/index.js";
import { quotaOf } from "../jobs/retain.js";
import type { AnnotationFacts } from "../store/index.js";
import { dayMs } from "../tasks/expired.js";
import { noSuchBackup } from "../tasks/restore/index.js";
import type { Tools } from "../tasks/task.js";
import type { Handler } from "./handlers.js";

interface Asked {
  project_id: string;
  backup_id: string;
}

export const annotationHandlers: {
  [M in "update" | "forget" | "unforget"]: Handler<M>;
} = {
  async update({ tools }, { input }) {
    const { name, note, pinned } = input;
    const backup = findBackup(tools, input);
    if (pinned && !backup.pinned) {
      await requirePin(tools, backup);
      requireStaying(tools, findBackup(tools, input));
    }
    return { backup: annotate(tools, backup, { name, note, pinned }) };
  },

  forget({ tools }, { input }) {
    const backup = findBackup(tools, input);
    if (backup.pinned) {
      throw new BackupError("CONFLICT", "The backup is pinned.", {
        hint: "Unpin it first.",
      });
    }
    const now = tools.host.clock.now();
    const forgotten_at = backup.forgotten_at ?? now;
    const { unforget_days } = tools.config.retention;
    return {
      backup: annotate(tools, backup, { forgotten_at }),
      gone_at: Math.round(forgotten_at + unforget_days * dayMs),
    };
  },

  unforget({ tools }, { input }) {
    const backup = findBackup(tools, input);
    requireStaying(tools, backup);
    return { backup: annotate(tools, backup, { forgotten_at: null }) };
  },
};

/**
 * What a job has begun to remove nobody can take back, and which ones these
 * are only rustic knows.
 *
 * @throws BackupError CONFLICT
 */
function requireStaying(
  { store }: Tools,
  { repository_id, forgotten_at }: Backup,
): void {
  if (forgotten_at === null) return;
  const query = { repository_id, kind: "forget", limit: 2 } as const;
  const jobs = store.jobs.ofRepository(query);
  if (!jobs.some(({ state }) => state === "running")) return;
  throw new BackupError(
    "CONFLICT",
    "Forgotten backups are being removed from the repository right now.",
    {
      hint: "Try again in a minute: the backup is listed as long as it is there.",
    },
  );
}

/** Of rows alone; @throws BackupError NOT_FOUND, for one of others too. */
function findBackup(
  { store, repositories }: Tools,
  { project_id, backup_id }: Asked,
): Backup {
  const repository_id = repositories.knownId();
  const backup = repository_id && store.backups.find(repository_id, backup_id);
  if (backup && backup.project_id === project_id) return backup;
  throw noSuchBackup();
}

function annotate(
  { store, host }: Tools,
  { repository_id, backup_id, project_id, ...before }: Backup,
  facts: AnnotationFacts,
): Backup {
  const key = { repository_id, backup_id, project_id };
  store.annotations.annotate([key], facts, host.clock.now());
  const after = store.backups.find(repository_id, backup_id);
  return after ?? { ...before, ...key };
}

/** @throws BackupError LIMIT_EXCEEDED: two places stay free of pins. */
async function requirePin(
  tools: Tools,
  { project_id, repository_id }: Backup,
): Promise<void> {
  const max_backups = await quotaOf(project_id, tools);
  const limit = -1;
  const query = { project_id, repository_id, limit };
  const left = pinsLeft(tools.store.backups.list(query), max_backups);
  if (left > 0) return;
  throw new BackupError(
    "LIMIT_EXCEEDED",
    `The project may have ${max_backups} backups, and no more of them can be pinned.`,
    { hint: "Unpin another one first." },
  );
}
