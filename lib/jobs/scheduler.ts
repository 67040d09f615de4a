/**
 * The scheduler: each minute it asks for what is due. One process of a host
 * at a time; the rows are its only memory.
 */

import { join } from "node:path";
import type { Schedule } from "../../conat-api/index.js";
import { readMachineClock } from "../machine-clock.js";
import { readPressure } from "../pressure.js";
import { sourceKind } from "../source/filesystem.js";
import { type ProjectRow, tryFileLock } from "../store/index.js";
import { hostPolicy } from "../tasks/policy.js";
import type { Tools } from "../tasks/task.js";
import { askForMaintenance, dropBases, expireHistory } from "./housekeeping.js";
import { isHigh } from "./pressure.js";
import type { Refresher } from "./refresh.js";
import { createRetain, forgetDeleted } from "./retain.js";
import { createSaveDocuments } from "./save-documents.js";
import {
  admit,
  afterTick,
  type Calendar,
  type Due,
  openCalendar,
  planDue,
  roomFor,
  type SchedulerState,
  type ScheduleRow,
  usableSchedule,
} from "./schedule/index.js";
import { sweepBases } from "./sweep-bases.js";
import { noticeChanges, settleUnchanged } from "./unchanged.js";
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
  everyMs?: number;
}

export function createScheduler(needs: SchedulerNeeds): Scheduler {
  const { tools, everyMs = 60_000 } = needs;
  const { host } = tools;
  const closing = new AbortController();
  const calendar = openCalendar(tools.config.schedule);
  const look = createLook(needs, calendar, closing.signal);
  let looking: Promise<void> | undefined;
  const lookOnce = async () => {
    try {
      await tryFileLock(join(host.dataDir, "scheduler.lock"), look);
    } catch (error) {
      if (closing.signal.aborted) return;
      host.logger.error("the scheduler failed", { error: String(error) });
    }
  };
  const tick = () => {
    looking ??= lookOnce().finally(() => {
      looking = undefined;
    });
    return looking;
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
      await looking;
    },
  };
}

function createLook(
  { tools, refresher, wake }: SchedulerNeeds,
  calendar: Calendar,
  signal: AbortSignal,
): () => Promise<void> {
  const backUp = createBackUpDue(tools, calendar, signal);
  const retain = createRetain(tools);
  const save = createSaveDocuments(tools, signal);
  const watch = { signal };
  const isTime = createTimes(tools.host.clock);
  return async () => {
    const { store, host } = tools;
    const now = host.clock.now();
    const before = store.scheduler.get();
    const ticks = afterTick(before, now, readMachineClock());
    store.scheduler.put(ticks);
    const listed = await host.projects.list({});
    const present = new Set(listed.map(({ project_id }) => project_id));
    const projects = store.projects.see([...present], now);
    noticeEdits(listed, projects, tools);
    const steps: Record<string, () => Promise<void> | void> = {
      "changes could not be noticed": async () => {
        const last = isTime("notice", noticeEveryMs, before?.ticked_at ?? now);
        if (last !== undefined) await noticeChanges(last, tools, watch);
      },
      "backups that are due could not be asked for": () =>
        backUp(projects, ticks),
      "deleted projects could not be looked at": () =>
        forgetDeleted(present, tools),
      "retention could not be done": async () => {
        const { unread } = await retain(projects);
        if (unread || isListOld(tools)) refresher.queue();
      },
      "maintenance could not be asked for": () => askForMaintenance(tools),
      "documents could not be saved": save,
      "bases could not be dropped": () => dropBases(tools),
      "bases that no row names could not be removed": async () => {
        const last = isTime("sweep bases", sweepEveryMs, now);
        if (last !== undefined) await sweepBases(tools, signal);
      },
      "old rows could not be removed": async () => {
        const due = isTime("expire", expireEveryMs, now);
        if (due !== undefined) await expireHistory(tools, signal);
      },
    };
    for (const [failed, step] of Object.entries(steps)) {
      if (signal.aborted) return;
      // One that fails holds up no other.
      await Promise.resolve()
        .then(step)
        .catch((error: unknown) => {
          if (signal.aborted) return;
          host.logger.error(failed, { error: String(error) });
        });
      wake();
    }
  };
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
  { store }: Tools,
): void {
  const edited = new Map(
    listed.map(({ project_id, last_edited }) => [project_id, last_edited]),
  );
  store.projects.notice(
    projects
      .filter(({ project_id }) => !store.bases.get(project_id))
      .map(({ project_id }) => ({
        project_id,
        since: edited.get(project_id) ?? 0,
      })),
  );
}

function createBackUpDue(
  tools: Tools,
  calendar: Calendar,
  signal: AbortSignal,
) {
  const { store, host, config } = tools;
  const { settings } = calendar;
  const toScheduleRow = createScheduleRows(tools, calendar);
  let high = false;

  return async (projects: readonly ProjectRow[], ticks: SchedulerState) => {
    const now = host.clock.now();
    const rows = projects.map(toScheduleRow);
    const isUnasked = unaskedSince(rows, tools);
    const planned = planDue(rows, { ...ticks, calendar, now });
    const due = planned.filter(isUnasked);
    if (due.length === 0) return;
    const ids = due.map(({ project_id }) => project_id);
    const settled = await settleUnchanged(ids, tools, { signal });
    const changed = due.filter(({ project_id }) => !settled.has(project_id));
    const sample = await readPressure(await placeOf(changed, tools));
    high = isHigh(sample, config.pressure, high);
    const room = roomFor({
      cap: config.limits.jobs,
      waiting: store.jobs.countScheduled(),
      projects: rows.filter(({ enabled }) => enabled).length,
      settings,
    });
    const gate = { room, now, pressure: { high }, settings };
    for (const project_id of admit(changed.filter(isUnasked), gate)) {
      store.jobs.askBackup({
        ...{ project_id, now },
        ...{ trigger: "scheduled", requested_by: "scheduler" },
      });
    }
  };
}

/** Whoever asks while the scheduler looks has a backup of this slot. */
function unaskedSince(rows: readonly ScheduleRow[], { store }: Tools) {
  const before = new Map(
    rows.map(({ project_id, tried_at }) => [project_id, tried_at]),
  );
  return ({ project_id }: Due): boolean => {
    const now = store.projects.get(project_id);
    return now?.busy === false && now.tried_at === before.get(project_id);
  };
}

/** The projects' file system, or at least the host's own. */
async function placeOf(due: readonly Due[], { host }: Tools): Promise<string> {
  const [first] = due;
  const paths = first && (await host.projects.paths(first.project_id));
  const there = paths && (await sourceKind(paths.subvolume));
  return there ? paths.subvolume : host.dataDir;
}

function createScheduleRows({ config, host }: Tools, calendar: Calendar) {
  const told = new Set<string>();
  const tell = (project_id: string, schedule: Schedule) => {
    const key = JSON.stringify([project_id, schedule]);
    if (told.has(key)) return;
    told.add(key);
    const fields = { project_id, schedule };
    host.logger.warn("a schedule cannot be used: daily counts", fields);
  };
  return (row: ProjectRow): ScheduleRow => {
    const { enabled, schedule: asked } = row.policy ?? hostPolicy(config);
    const schedule = usableSchedule(asked, calendar);
    if (schedule !== asked) tell(row.project_id, asked);
    return { ...row, enabled, schedule, first_seen_at: row.first_seen_at ?? 0 };
  };
}
