/** Asks for the backups that are due, unless nothing has changed. */

import type { Schedule } from "../../conat-api/index.js";
import { readPressure } from "../pressure.js";
import { sourceKind } from "../source/filesystem.js";
import type { ProjectRow } from "../store/index.js";
import { hostPolicy } from "../tasks/policy.js";
import type { Tools } from "../tasks/task.js";
import { isHigh } from "./pressure.js";
import {
  admit,
  type Calendar,
  type Due,
  planDue,
  roomFor,
  type SchedulerState,
  type ScheduleRow,
  usableSchedule,
} from "./schedule/index.js";
import { settleUnchanged, sweepWatch } from "./unchanged.js";

export type BackUpDue = (
  projects: readonly ProjectRow[],
  ticks: SchedulerState,
) => Promise<void>;

export function createBackUpDue(
  tools: Tools,
  calendar: Calendar,
  signal: AbortSignal,
): BackUpDue {
  const { store, host, config } = tools;
  const { settings } = calendar;
  const toScheduleRow = createScheduleRows(tools, calendar);
  const watch = sweepWatch(tools, signal);
  let high = false;

  return async (projects, ticks) => {
    const now = host.clock.now();
    const rows = projects.map(toScheduleRow);
    const isUnasked = unaskedSince(rows, tools);
    const planned = planDue(rows, { ...ticks, calendar, now });
    const due = planned.filter(isUnasked);
    if (due.length === 0) return;
    const ids = due.map(({ project_id }) => project_id);
    const settled = await settleUnchanged(ids, tools, watch);
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
async function placeOf(due: readonly Due[], tools: Tools): Promise<string> {
  const [first] = due;
  const found = first && (await whereIs(first.project_id, tools));
  return found ?? tools.host.dataDir;
}

/** One that cannot be looked at is left to its job, which says why. */
async function whereIs(
  project_id: string,
  { host }: Tools,
): Promise<string | undefined> {
  try {
    const paths = await host.projects.paths(project_id);
    return paths && (await sourceKind(paths.subvolume)) && paths.subvolume;
  } catch {
    return undefined;
  }
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
