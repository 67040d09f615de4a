/**
 * The host of the fleet: the real decisions once a minute, a queue, and a
 * worker that starts what waits as soon as a place is free. Time is true
 * time; rows hold what the host's clock said.
 */

import { defaultPressureLimits, isHigh } from "../../lib/jobs/pressure.js";
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
} from "../../lib/jobs/schedule/index.js";
import {
  begin,
  cap,
  end,
  exponential,
  hourMs,
  isIn,
  minuteMs,
  outage,
  type Project,
  settings,
  wrongClock,
  type World,
} from "./fleet-world.js";

/** Told by the host as it goes. */
export interface Watcher {
  /** A due project got its turn; `changed`: with a place in the queue. */
  settled(index: number, due_at: number, at: number, changed: boolean): void;
  started(at: number, tookMs: number): void;
  /** All changes up to the backup's start are safe; since: the oldest one. */
  secured(index: number, since: number, at: number): void;
  planned(ms: number): void;
}

interface Member {
  index: number;
  project: Project;
  row: ScheduleRow;
  /** The oldest change that no backup has; later than now: none so far. */
  since: number;
}

interface Running {
  member: Member;
  began: number;
  ends: number;
}

export function runFleet(world: World, watcher: Watcher): Member[] {
  const members = world.projects.map((project, index) =>
    makeMember(world, project, index),
  );
  const rows = members.map(({ row }) => row);
  const byId = new Map(
    members.map((member) => [member.row.project_id, member]),
  );
  const calendar = openCalendar(settings);
  const worker = createWorker(world, watcher);
  let state: SchedulerState | undefined;
  let high = false;
  let waits = true;

  for (let at = begin; at < end; at += minuteMs) {
    worker.runUntil(at);
    const now = clockAt(at);
    if (isIn(outage, at)) continue;
    // By day, with nothing to do, every fifth tick is enough.
    if (!waits && !isNearWindow(calendar, now) && at % (5 * minuteMs)) continue;
    const boot_id = at < outage.from ? "before" : "after";
    state = afterTick(state, now, { boot_id, uptime_ms: at });
    high = isHigh(pressureAt(world, at), defaultPressureLimits, high);
    tellChanges(members, at);
    const due = planned({ rows, calendar, state, now }, watcher);
    const left = sweep(due, byId, at, watcher);
    const room = roomFor({
      ...{ cap, settings, projects: rows.length },
      waiting: worker.waiting(),
    });
    const pressure = { high };
    const chosen = new Set(admit(left, { room, now, pressure, settings }));
    for (const { project_id, due_at } of left) {
      const member = byId.get(project_id);
      if (!member || !chosen.has(project_id)) continue;
      watcher.settled(member.index, due_at, at, true);
      member.row.busy = true;
      member.row.tried_at = now;
      worker.add(member);
    }
    worker.runUntil(at);
    waits = left.length > 0;
  }
  return members;
}

function isNearWindow({ windows }: Calendar, now: number): boolean {
  return windows
    .around(now)
    .some(({ start, end }) => isIn({ from: start - hourMs, to: end }, now));
}

function makeMember(world: World, project: Project, index: number): Member {
  const { random } = world;
  const row: ScheduleRow = {
    project_id: uuid(random),
    schedule: { type: "daily" },
    ...{ enabled: true, busy: false, first_seen_at: begin },
    // All were backed up at some time of the day before.
    ...{ covered_at: begin - 1, tried_at: null, cancelled: false },
    ...{ failed_in_a_row: 0, failed_at: null, unprotected_since: null },
  };
  const since = begin + exponential(random, project.everyMs);
  return { index, project, row, since };
}

/** What the host's clock shows. */
export function clockAt(at: number): number {
  return at + (wrongClock.find((step) => isIn(step, at))?.byMs ?? 0);
}

function pressureAt({ pressure }: World, at: number) {
  const io = pressure.some((period) => isIn(period, at)) ? 90 : 20;
  const none = null;
  return {
    ...{ io, cpu: none, memory: none },
    ...{ memory_available: none, disk_free: none },
  };
}

function tellChanges(members: readonly Member[], at: number): void {
  for (const { project, row, since } of members) {
    row.unprotected_since =
      project.known && since <= at ? clockAt(since) : null;
  }
}

function planned(
  {
    rows,
    calendar,
    state,
    now,
  }: {
    rows: ScheduleRow[];
    calendar: Calendar;
    state: SchedulerState;
    now: number;
  },
  watcher: Watcher,
): Due[] {
  const started = performance.now();
  const due = planDue(rows, { ...state, calendar, now });
  watcher.planned(performance.now() - started);
  return due;
}

/** Settles at once what did not change; what is left needs the queue. */
function sweep(
  due: readonly Due[],
  byId: ReadonlyMap<string, Member>,
  at: number,
  watcher: Watcher,
): Due[] {
  return due.filter(({ project_id, due_at }) => {
    const member = byId.get(project_id);
    if (!member || member.since <= at) return true;
    watcher.settled(member.index, due_at, at, false);
    member.row.tried_at = clockAt(at);
    succeed(member.row, clockAt(at));
    return false;
  });
}

function succeed(row: ScheduleRow, now: number): void {
  row.covered_at = now;
  row.failed_in_a_row = 0;
  row.failed_at = null;
}

function createWorker(world: World, watcher: Watcher) {
  const queue: Member[] = [];
  const running: Running[] = [];

  const begin = (at: number) => {
    while (running.length < cap) {
      const member = queue.shift();
      if (!member) return;
      const tookMs = world.duration();
      running.push({ member, began: at, ends: at + tookMs });
      watcher.started(at, tookMs);
    }
  };
  const finish = ({ member, began, ends }: Running) => {
    const { row, project } = member;
    row.busy = false;
    if (project.fails && isIn(project.fails, ends)) {
      row.failed_in_a_row++;
      row.failed_at = clockAt(ends);
      return;
    }
    watcher.secured(member.index, member.since, ends);
    succeed(row, clockAt(began));
    member.since = began + exponential(world.random, project.everyMs);
  };

  return {
    waiting: () => queue.length,
    add: (member: Member) => void queue.push(member),
    /** All that ends until then, each place taken again at once. */
    runUntil(at: number): void {
      for (;;) {
        const next = running.toSorted((a, b) => a.ends - b.ends)[0];
        if (!next || next.ends > at) break;
        running.splice(running.indexOf(next), 1);
        finish(next);
        begin(next.ends);
      }
      begin(at);
    },
  };
}

function uuid(random: () => number): string {
  const digits = Array.from({ length: 32 }, () =>
    Math.floor(random() * 16).toString(16),
  ).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
