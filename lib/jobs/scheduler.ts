/**
 * The scheduler: each minute it asks for what is due, and tends what there is.
 * One process of a host at a time; the rows are its only memory.
 */

import { join } from "node:path";
import { readMachineClock } from "../machine-clock.js";
import { type ProjectRow, tryFileLock } from "../store/index.js";
import type { Tools } from "../tasks/task.js";
import { createBackUpDue } from "./back-up-due.js";
import { forAMoment } from "./for-a-moment.js";
import { askForMaintenance, dropBases, expireHistory } from "./housekeeping.js";
import type { Refresher } from "./refresh.js";
import { createRetain, forgetDeleted } from "./retain.js";
import { createSaveDocuments } from "./save-documents.js";
import { afterTick, openCalendar } from "./schedule/index.js";
import { sweepBases } from "./sweep-bases.js";
import { noticeChanges, sweepWatch } from "./unchanged.js";
import { dayMs } from "./zone.js";

export interface Scheduler {
  /** Looks now; while it looks, others are left out. */
  tick(): Promise<void>;
  stop(): void;
  close(): Promise<void>;
}

export interface SchedulerNeeds {
  tools: Tools;
  refresher: Refresher;
  /** There is new work. */
  wake(): void;
  everyMs: number;
}

/** A hub that does not answer keeps no host from closing. */
const patienceMs = 10_000;

export function createScheduler(needs: SchedulerNeeds): Scheduler {
  const { tools, everyMs } = needs;
  const closing = new AbortController();
  const { signal } = closing;
  const look = oneAtATime(
    "scheduler",
    createLook(needs, signal),
    tools,
    signal,
  );
  const tend = oneAtATime("upkeep", createTend(needs, signal), tools, signal);
  // A hub or a repository that is slow holds up no backup.
  const tick = async () => {
    const seen = await look();
    if (seen) await tend(seen);
  };
  const timer = setInterval(() => void tick(), everyMs).unref();
  const stop = () => {
    clearInterval(timer);
    closing.abort();
  };
  return {
    tick,
    stop,
    async close() {
      stop();
      await forAMoment(Promise.all([look.idle(), tend.idle()]), patienceMs);
    },
  };
}

/** One process of a host; who comes meanwhile waits for what is under way. */
function oneAtATime<A extends unknown[], T>(
  name: string,
  action: (...given: A) => Promise<T>,
  { host }: Tools,
  signal: AbortSignal,
) {
  const lock = join(host.dataDir, `${name}.lock`);
  let now: Promise<T | undefined> | undefined;
  const once = async (...given: A): Promise<T | undefined> => {
    try {
      return (await tryFileLock(lock, () => action(...given)))?.result;
    } catch (error) {
      if (signal.aborted) return undefined;
      host.logger.error(`the ${name} failed`, { error: String(error) });
      return undefined;
    }
  };
  const run = (...given: A) => {
    if (signal.aborted) return Promise.resolve(undefined);
    now ??= once(...given).finally(() => {
      now = undefined;
    });
    return now;
  };
  return Object.assign(run, { idle: () => now });
}

/** The projects that live on the host now. */
interface Seen {
  present: ReadonlySet<string>;
  projects: readonly ProjectRow[];
}

type Steps = Record<string, () => Promise<unknown> | void>;

/** What has changed, and which backups are due. */
function createLook(
  { tools, wake }: SchedulerNeeds,
  signal: AbortSignal,
): () => Promise<Seen> {
  const { store, host, config } = tools;
  const calendar = openCalendar(config.schedule);
  const backUp = createBackUpDue(tools, calendar, signal);
  const watch = sweepWatch(tools, signal);
  const isTime = createTimes(host.clock);
  return async () => {
    const now = host.clock.now();
    const before = store.scheduler.get();
    const ticks = afterTick(before, now, readMachineClock());
    store.scheduler.put(ticks);
    const listed = await host.projects.list({});
    const present = new Set(listed.map(({ project_id }) => project_id));
    const projects = store.projects.see([...present], now);
    noticeEdits(listed, projects, tools);
    const steps: Steps = {
      "changes could not be noticed": async () => {
        const last = isTime("notice", noticeEveryMs, before?.ticked_at ?? now);
        if (last !== undefined) await noticeChanges(last, tools, watch);
      },
      "backups that are due could not be asked for": async () => {
        if (config.schedule.enabled) await backUp(projects, ticks);
      },
    };
    await take(steps, { tools, wake, signal });
    return { present, projects };
  };
}

/** What keeps backups, pins and the repository in order: it may be slow. */
function createTend(
  { tools, refresher, wake }: SchedulerNeeds,
  signal: AbortSignal,
): (seen: Seen) => Promise<void> {
  const retain = createRetain(tools, signal);
  const save = createSaveDocuments(tools, signal);
  const isTime = createTimes(tools.host.clock);
  return ({ present, projects }) => {
    const now = tools.host.clock.now();
    const steps: Steps = {
      "maintenance could not be asked for": () => askForMaintenance(tools),
      "bases could not be dropped": () => dropBases(tools),
      "deleted projects could not be looked at": () =>
        forgetDeleted(present, tools),
      "retention could not be done": async () => {
        const { unread } = await retain(projects);
        if (unread || isListOld(tools)) refresher.queue();
      },
      "documents could not be saved": save,
      "bases that no row names could not be removed": async () => {
        const last = isTime("sweep bases", sweepEveryMs, now);
        if (last !== undefined) await sweepBases(tools, signal);
      },
      "old rows could not be removed": async () => {
        const due = isTime("expire", expireEveryMs, now);
        if (due !== undefined) await expireHistory(tools, signal);
      },
    };
    return take(steps, { tools, wake, signal });
  };
}

/** One that fails holds up no other. */
async function take(
  steps: Steps,
  {
    tools: { host },
    wake,
    signal,
  }: Pick<SchedulerNeeds, "tools" | "wake"> & { signal: AbortSignal },
): Promise<void> {
  for (const [failed, step] of Object.entries(steps)) {
    if (signal.aborted) return;
    await Promise.resolve()
      .then(step)
      .catch((error: unknown) => {
        if (signal.aborted) return;
        host.logger.error(failed, { error: String(error) });
      });
    wake();
  }
}

/** It looks at every project of the host. */
const noticeEveryMs = 5 * 60_000;
/** It looks at each project's bases: what was read when it was to go. */
const sweepEveryMs = 6 * 3600 * 1000;
const expireEveryMs = 3600 * 1000;

/** When it was last done; undefined: too lately to be done again. */
function createTimes(clock: Tools["host"]["clock"]) {
  const done = new Map<string, number>();
  return (what: string, everyMs: number, before: number) => {
    const now = clock.now();
    const last = done.get(what);
    if (last !== undefined && last <= now && now - last < everyMs) {
      return undefined;
    }
    done.set(what, now);
    return last ?? before;
  };
}

/** Others write to the repository as well. */
function isListOld({ store, repositories, host }: Tools): boolean {
  const id = repositories.knownId();
  const read_at = id && store.repositories.get(id)?.read_at;
  if (!read_at) return id !== undefined;
  const now = host.clock.now();
  return read_at > now || now - read_at > dayMs;
}

type Listed = { project_id: string; last_edited: number }[];

/** Where no base can tell, the host may know. */
function noticeEdits(
  listed: Listed,
  projects: readonly ProjectRow[],
  tools: Tools,
): void {
  const { store } = tools;
  const heldUntil = createHeldUntil(tools);
  const edited = new Map(
    listed.map(({ project_id, last_edited }) => [project_id, last_edited]),
  );
  store.projects.notice(
    projects
      .filter(({ project_id }) => !store.bases.get(project_id))
      .map((row) => ({ row, since: edited.get(row.project_id) ?? 0 }))
      .filter(({ row, since }) => since > heldUntil(row))
      .map(({ row: { project_id }, since }) => ({ project_id, since })),
  );
}

/**
 * Until when a project's edits are in a backup. Of one that came from another
 * host, or whose rows were lost, only the repository's list can tell, once it
 * was read since: until then all may be.
 */
function createHeldUntil({ store, repositories }: Tools) {
  const repository_id = repositories.knownId();
  const { read_at = null } =
    (repository_id && store.repositories.get(repository_id)) || {};
  return ({ project_id, covered_at, first_seen_at }: ProjectRow): number => {
    if (covered_at !== null) return covered_at;
    if (repository_id === undefined) return 0;
    if (read_at === null || read_at <= (first_seen_at ?? 0)) return Infinity;
    const [newest] = store.backups.list({
      ...{ project_id, repository_id, limit: 1 },
    });
    return newest?.time ?? 0;
  };
}
