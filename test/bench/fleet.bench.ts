/**
 * F1 to F6: the scheduler over a month of a fleet, by its own decisions on a
 * false clock. 10,000 projects, a window of six hours, lognormal durations
 * such that the backups of a day are 70 % of what the host can do in a
 * window (fleet-world.ts); an outage of three days, a night of 25 hours,
 * a clock that is wrong by hours, and pressure.
 *
 * Ages are in true time, from a change to the end of the backup that has it.
 * An instant counts unless it lies in the outage or the day after it.
 */

import { randomUUID } from "node:crypto";
import {
  afterTick,
  openCalendar,
  planDue,
} from "../../lib/jobs/schedule/index.js";
import { runFleet } from "./fleet-host.js";
import {
  cap,
  count,
  dayMs,
  end,
  hourMs,
  type Interval,
  isIn,
  makeWorld,
  minuteMs,
  outage,
  settings,
  type World,
  wrongClock,
} from "./fleet-world.js";
import { median, report, round } from "./report.js";

const binMs = 5 * minuteMs;
const afterOutage = { from: outage.from, to: outage.to + dayMs };
const afterSteps = wrongClock.map(({ from, to }) => ({ from, to: to + dayMs }));

function main(): void {
  const world = makeWorld(7);
  const ages = watchAges(world);
  const starts = watchStarts();
  const catchUp = watchCatchUp(world);
  const plans: number[] = [];
  const members = runFleet(world, {
    settled: catchUp.settled,
    started: starts.started,
    secured(index, since, at) {
      ages.secured(index, since, at);
      catchUp.secured(index, at);
    },
    planned: (ms) => void plans.push(ms),
  });
  // What is safe at no time ends with the month.
  for (const { index, since } of members) ages.secured(index, since, end);
  ages.report();
  starts.report();
  catchUp.report();
  report({
    id: "F5",
    what: "ms of one plan over 10,000 rows",
    median: round(median(plans)),
    p99: round(
      plans.toSorted((a, b) => a - b)[Math.floor(plans.length * 0.99)] ?? 0,
    ),
    first: round(plans[0] ?? 0),
    plans: plans.length,
  });
  reportCron();
}

/** The greatest age that a change had at an instant that counts. */
function watchAges({ projects }: World) {
  const most = { all: 0, right: 0, outage: 0 };
  const cured = watchCures();
  return {
    secured(index: number, since: number, at: number): void {
      const { fails } = projects[index] ?? {};
      if (since > at || fails?.to === Infinity) return;
      if (fails && fails.from < at && since < fails.to + dayMs) {
        cured.secured(fails.to, since, at);
        return;
      }
      most.outage = Math.max(most.outage, at - since);
      const all = ageOutside([afterOutage], since, at);
      most.all = Math.max(most.all, all);
      const right = ageOutside([afterOutage, ...afterSteps], since, at);
      most.right = Math.max(most.right, right);
    },
    report(): void {
      report({
        id: "F1",
        what: "hours: the greatest age of an unprotected change",
        goal: 26,
        hours: round(most.all / hourMs),
        without_wrong_clocks: round(most.right / hourMs),
        with_outage: round(most.outage / hourMs),
        left_out: "projects that fail, while they do and a day after",
      });
      cured.report();
    },
  };
}

/** From the end of a failure to the first backup after it. */
function watchCures() {
  let most = 0;
  return {
    secured(curedAt: number, since: number, at: number): void {
      const meetsOutage = curedAt < afterOutage.to && at > afterOutage.from;
      // A change from before that: it is the first one.
      if (since > curedAt || curedAt > at || meetsOutage) return;
      most = Math.max(most, at - curedAt);
    },
    report(): void {
      report({
        id: "F2",
        what: "hours from the end of a failure to the next backup",
        hours: round(most / hourMs),
      });
    },
  };
}

/** The greatest age at instants up to `at` that lie in none of them. */
function ageOutside(
  left: readonly Interval[],
  since: number,
  at: number,
): number {
  const inside = left.find((interval) => isIn(interval, at));
  if (!inside) return Math.max(0, at - since);
  return ageOutside(left, since, inside.from - 1);
}

/** Any five minutes, in the window or not, against a window's mean. */
function watchStarts() {
  const bins = new Map<number, number>();
  const busy = new Map<number, number>();
  const hourIn = new Intl.DateTimeFormat("en-GB", {
    timeZone: settings.time_zone,
    hour: "numeric",
  });
  return {
    started(at: number, tookMs: number): void {
      if (isIn(afterOutage, at)) return;
      const bin = Math.floor(at / binMs);
      bins.set(bin, (bins.get(bin) ?? 0) + 1);
      busy.set(bin, (busy.get(bin) ?? 0) + tookMs);
    },
    report(): void {
      const windowBins: number[] = [];
      for (let bin = 0; bin * binMs < 30 * dayMs; bin++) {
        const at = Math.floor((end - 30 * dayMs) / binMs) + bin;
        const inWindow = Number(hourIn.format(at * binMs)) < 6;
        if (inWindow && !isIn(afterOutage, at * binMs)) windowBins.push(at);
      }
      const sum = (of: Map<number, number>) =>
        windowBins.reduce((total, bin) => total + (of.get(bin) ?? 0), 0);
      const mean = sum(bins) / windowBins.length;
      const peak = Math.max(...bins.values());
      const at = [...bins].find(([, starts]) => starts === peak)?.[0] ?? 0;
      report({
        id: "F3",
        what: "starts in five minutes, peak / mean of the window",
        goal: 2,
        ratio: round(peak / mean),
        ...{ peak, mean: round(mean) },
        peak_at: new Date(at * binMs).toISOString(),
        load: round(sum(busy) / (windowBins.length * binMs * cap)),
      });
    },
  };
}

/** Turns that were due before the host came back. */
function watchCatchUp({ projects }: World) {
  const turns = new Uint8Array(count);
  const open = new Set<number>();
  let last = 0;
  return {
    settled(index: number, due_at: number, at: number, changed: boolean): void {
      if (due_at >= outage.to || at < outage.to) return;
      if (at > outage.to + dayMs || projects[index]?.fails) return;
      turns[index] = (turns[index] ?? 0) + 1;
      if (changed) open.add(index);
    },
    secured(index: number, at: number): void {
      if (open.delete(index)) last = Math.max(last, at);
    },
    report(): void {
      const healthy = [...turns].filter((_, index) => !projects[index]?.fails);
      report({
        id: "F4",
        what: "catch-ups of a project after the outage",
        ...{ goal: 1, least: Math.min(...healthy), most: Math.max(...healthy) },
        took_hours: round((last - outage.to) / hourMs),
        projects: healthy.length,
      });
    },
  };
}

/** 10,000 expressions that all differ: nobody has that; the worst there is. */
function reportCron(): void {
  const calendar = openCalendar(settings);
  const rows = Array.from({ length: count }, (_, index) => ({
    project_id: randomUUID(),
    schedule: {
      type: "cron" as const,
      expression: `${index % 60} ${Math.floor(index / 60) % 24} * * ${Math.floor(index / 1440)}`,
    },
    ...{ enabled: true, busy: false, first_seen_at: 0, covered_at: end - 1 },
    ...{ tried_at: null, cancelled: false },
    ...{ failed_in_a_row: 0, failed_at: null },
    unprotected_since: null,
  }));
  const [first, ...later] = [0, 1, 2, 3, 4].map((tick) => {
    const started = performance.now();
    const now = end + tick * minuteMs;
    planDue(rows, { calendar, ...afterTick(undefined, now), now });
    return performance.now() - started;
  });
  report({
    id: "F6",
    what: "ms of one plan over 10,000 different cron expressions",
    first: round(first ?? 0),
    median: round(median(later)),
  });
}

main();
