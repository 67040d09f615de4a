/** Retention of the projects that live here: forgets what the plan drops. */

import type {
  Backup,
  Policy,
  RetentionDecision,
} from "../../conat-api/index.js";
import type { ProjectRow } from "../store/index.js";
import { dayMs } from "../tasks/expired.js";
import { policyOf } from "../tasks/policy.js";
import type { Tools } from "../tasks/task.js";
import { takeFromHub } from "./hub-document.js";
import { createPauses } from "./pauses.js";
import { planRetention } from "./retention/index.js";

export interface ProjectPlan {
  /** Newest first, as the decisions. */
  backups: Backup[];
  decisions: RetentionDecision[];
  max_backups: number | null;
}

/** What would happen now; a preview shows the same. */
export async function retentionOf(
  project_id: string,
  tools: Tools,
  policy: Policy = policyOf(project_id, tools),
): Promise<ProjectPlan> {
  return plan(project_id, tools, policy, await quotaOf(project_id, tools));
}

/** Of rows alone: in a transaction nothing changes between it and its end. */
function plan(
  project_id: string,
  tools: Tools,
  policy: Policy,
  max_backups: number | null,
): ProjectPlan {
  const { store, host, config, repositories } = tools;
  const repository_id = repositories.knownId();
  const limit = -1;
  const backups = repository_id
    ? store.backups.list({ project_id, repository_id, limit })
    : [];
  const last = store.jobs.newestOfKind(project_id, "backup", ["succeeded"]);
  const decisions = planRetention(backups, policy, {
    now: host.clock.now(),
    max_backups,
    last_id: last?.backup_id ?? null,
    time_zone: config.schedule.time_zone,
  });
  const found = new Map(backups.map((one) => [one.backup_id, one]));
  return {
    backups: decisions.flatMap(({ backup_id }) => found.get(backup_id) ?? []),
    decisions,
    max_backups,
  };
}

/** null: none. */
export async function quotaOf(
  project_id: string,
  { host }: Pick<Tools, "host">,
): Promise<number | null> {
  const { max_backups } = (await host.quota?.(project_id)) ?? {};
  return max_backups === undefined ? null : Math.max(1, max_backups);
}

/** So many projects in one go: others wait for the job file. */
const atOnce = 200;
const pauseMs = 600_000;
/** In a row: then it is the hub, or the disk, and not the projects. */
const mostFailures = 3;

export type Retain = (
  projects: readonly ProjectRow[],
) => Promise<{ unread: boolean }>;

/**
 * Returns whether the list has to be read before some can be looked at. One
 * that fails holds up no other.
 */
export function createRetain(tools: Tools, signal: AbortSignal): Retain {
  const { store, host, repositories } = tools;
  const pauses = createPauses(host.clock, pauseMs);
  /** Those whose newest attempt failed: behind all others. */
  const failing = new Set<string>();
  const isFailing = ({ project_id }: ProjectRow) => failing.has(project_id);
  const retainOne = async (project_id: string, repository_id: string) => {
    try {
      await retain(project_id, repository_id, tools);
      failing.delete(project_id);
      return true;
    } catch (error) {
      failing.add(project_id);
      pauses.begin(project_id);
      const fields = { project_id, error: String(error) };
      host.logger.error("retention could not be done", fields);
      return false;
    }
  };
  return async (projects) => {
    const repository_id = repositories.knownId();
    if (repository_id === undefined) return { unread: false };
    const { read_at = null } = store.repositories.get(repository_id) ?? {};
    const held = heldBack(projects, repository_id, tools);
    const paused = pauses.current();
    const due = projects
      .filter(({ project_id: id }) => !held.has(id) && !paused.has(id))
      .filter((row) => isDue(row, host.clock.now()));
    const readable = due.filter((row) => isRead(row, read_at));
    const inTurn = [
      ...readable.filter((row) => !isFailing(row)),
      ...readable.filter(isFailing),
    ];
    let failures = 0;
    for (const { project_id } of inTurn.slice(0, atOnce)) {
      if (signal.aborted || failures === mostFailures) break;
      const done = await retainOne(project_id, repository_id);
      failures = done ? 0 : failures + 1;
    }
    return { unread: readable.length < due.length };
  };
}

/** What is pinned, or to be kept, is said in a way that nobody here knows. */
function heldBack(
  projects: readonly ProjectRow[],
  repository_id: string,
  { store }: Tools,
): Set<string> {
  return new Set(
    [
      ...projects.filter(({ policy_unread }) => policy_unread),
      ...store.documents.unread(repository_id),
    ].map(({ project_id }) => project_id),
  );
}

/** After each backup, and once a day: some rules are about time. */
function isDue({ retained_at, covered_at }: ProjectRow, now: number): boolean {
  if (retained_at === null || retained_at > now) return true;
  if (now - retained_at > dayMs) return true;
  return covered_at !== null && covered_at > retained_at;
}

/** What others have pinned where the project was before must be known. */
function isRead({ first_seen_at }: ProjectRow, read_at: number | null) {
  return read_at !== null && first_seen_at !== null && read_at > first_seen_at;
}

async function retain(
  project_id: string,
  repository_id: string,
  tools: Tools,
): Promise<void> {
  const { store, host } = tools;
  await takeFromHub({ project_id, repository_id }, tools);
  const max_backups = await quotaOf(project_id, tools);
  // Whoever pins or forgets one comes before all of it, or after.
  const ids = store.transaction(() => {
    // What it makes is to be counted: then it is due all the same.
    if (isBackingUp(project_id, tools)) return [];
    const policy = policyOf(project_id, tools);
    const { decisions } = plan(project_id, tools, policy, max_backups);
    const keys = decisions
      .filter(({ drop }) => drop !== null)
      .map(({ backup_id }) => ({ backup_id, repository_id, project_id }));
    const now = host.clock.now();
    const forgotten_by = "retention" as const;
    const facts = { forgotten_at: now, forgotten_by };
    store.annotations.annotate(keys, facts, now);
    store.projects.retained(project_id, now);
    return keys.map(({ backup_id }) => backup_id);
  });
  if (ids.length === 0) return;
  host.logger.info("retention has forgotten backups", { project_id, ids });
}

function isBackingUp(project_id: string, { store }: Tools): boolean {
  const current = store.jobs.current(project_id);
  return current?.kind === "backup" && current.state === "running";
}

/** Their grace is over: the backups of deleted projects are forgotten. */
export async function forgetDeleted(
  present: ReadonlySet<string>,
  tools: Tools,
): Promise<void> {
  const { host, store, config, repositories } = tools;
  const repository_id = repositories.knownId();
  const said = (await host.projects.deleted?.()) ?? [];
  const deleted = said.filter(({ project_id }) => !present.has(project_id));
  if (deleted.length < said.length) {
    host.logger.warn("projects that live here are said to be deleted");
  }
  const now = host.clock.now();
  store.projects.setDeleted(deleted, now);
  if (repository_id === undefined) return;
  const before = now - config.retention.deleted_days * dayMs;
  for (const { project_id, deleted_at } of deleted) {
    if (deleted_at > before) continue;
    const limit = -1;
    const backups = store.backups.list({ project_id, repository_id, limit });
    store.annotations.annotate(
      backups.map(({ backup_id }) => ({
        backup_id,
        repository_id,
        project_id,
      })),
      { forgotten_at: now, forgotten_by: "deletion" },
      now,
    );
  }
}
