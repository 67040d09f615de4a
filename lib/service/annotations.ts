/** Names, notes, pins; forgetting a backup and taking it back. */

import { type Backup, BackupError, isManual } from "../../conat-api/index.js";
import { pinsLeft } from "../jobs/retention/index.js";
import { quotaOf } from "../jobs/retain.js";
import type { AnnotationFacts } from "../store/index.js";
import { dayMs } from "../tasks/expired.js";
import { noSuchBackup } from "../tasks/restore/index.js";
import type { Tools } from "../tasks/task.js";
import { nameOf } from "./callers.js";
import type { Handler } from "./handlers.js";

interface Asked {
  project_id: string;
  backup_id: string;
}

export const annotationHandlers: {
  [M in "update" | "forget" | "unforget"]: Handler<M>;
} = {
  async update({ tools }, { input }) {
    const { project_id, name, note, pinned } = input;
    const max_backups = pinned ? await quotaOf(project_id, tools) : null;
    // Two who pin at once: the second one sees the first one's.
    return tools.store.transaction(() => {
      const backup = findBackup(tools, input);
      requireStaying(tools, backup);
      if (pinned && !backup.pinned) {
        requireListed(backup);
        requirePlace(tools, backup, max_backups);
      }
      return { backup: annotate(tools, backup, { name, note, pinned }) };
    });
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

  async unforget({ tools }, { caller, input }) {
    const max_backups = await quotaOf(input.project_id, tools);
    return tools.store.transaction(() => {
      const backup = findBackup(tools, input);
      requireNotGoing(tools, backup);
      requireStaying(tools, backup);
      // Its pin comes back with it.
      if (backup.pinned && backup.forgotten_at !== null) {
        requirePlace(tools, backup, max_backups);
      }
      // What would take a scheduled one would take it again.
      const wanted_by = isManual(backup) ? undefined : nameOf(caller);
      const facts = { forgotten_at: null, wanted_by };
      return { backup: annotate(tools, backup, facts) };
    });
  },
};

/** @throws BackupError CONFLICT: it would be forgotten again at once. */
function requireNotGoing(
  { store, config, host }: Tools,
  { project_id }: Backup,
): void {
  const { deleted_at = null } = store.projects.get(project_id) ?? {};
  const { deleted_days } = config.retention;
  const before = host.clock.now() - deleted_days * dayMs;
  if (deleted_at === null || deleted_at > before) return;
  throw new BackupError("CONFLICT", "The project was deleted.", {
    hint: "Its backups stay when its deletion is taken back.",
  });
}

/** @throws BackupError CONFLICT: a job removes it, and it may be gone. */
function requireStaying({ store }: Tools, backup: Backup): void {
  if (!store.annotations.isLeaving(backup)) return;
  throw new BackupError(
    "CONFLICT",
    "The backup was forgotten, and is being removed from the repository.",
    { hint: "It cannot be taken back any more." },
  );
}

/** @throws BackupError CONFLICT: what is hidden would be kept for ever. */
function requireListed({ forgotten_at }: Backup): void {
  if (forgotten_at === null) return;
  throw new BackupError("CONFLICT", "The backup was forgotten.", {
    hint: "Take it back first.",
  });
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
function requirePlace(
  { store }: Tools,
  { project_id, repository_id }: Backup,
  max_backups: number | null,
): void {
  const query = { project_id, repository_id, limit: -1 };
  if (pinsLeft(store.backups.list(query), max_backups) > 0) return;
  throw new BackupError(
    "LIMIT_EXCEEDED",
    `The project may have ${max_backups} backups, and no more of them can be pinned.`,
    { hint: "Unpin another one first." },
  );
}
