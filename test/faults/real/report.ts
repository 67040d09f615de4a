/** What the run prints, and how it ends. */

import type { JobRow } from "../../../lib/store/index.js";
import type { Told } from "./run.js";
import type { Hit } from "./strike.js";
import type { World } from "./world.js";

const lineEvery = 20;

export interface Report extends Told {
  /** Prints the figures; the exit code. */
  end(): number;
}

export function createReport(seed: string): Report {
  const started = performance.now();
  const counts = { host: 0, rustic: 0, rounds: 0, violations: 0 };
  const tally = createTally();
  const summary = () => {
    const { host, rustic, violations } = counts;
    return `${host + rustic} kills (${host} of the host, ${rustic} of rustic), ${violations} violations`;
  };
  print(`seed ${seed}`);

  return {
    onHit(hit) {
      counts[hit.victim] += 1;
      tally.hit(hit);
      if ((counts.host + counts.rustic) % lineEvery !== 0) return;
      const seconds = Math.round((performance.now() - started) / 1000);
      print(`${summary()}, ${seconds} s`);
    },
    onRound(violations, rows, world) {
      counts.rounds += 1;
      counts.violations += violations.length;
      tally.ended(rows);
      if (violations.length === 0) return;
      print(`seed ${seed}, round ${counts.rounds}: ${summary()}`);
      printViolations(violations, world);
    },
    end() {
      print(`${counts.rounds} rounds`);
      tally.lines().forEach(print);
      print(summary());
      return counts.violations === 0 ? 0 : 1;
    },
  };
}

/** What was hit, and which jobs ended well in spite of it. */
function createTally() {
  const aims = new Map<string, number>();
  const hits = new Map<string, number>();
  const survivors = new Map<string, number>();
  let atStake = new Map<string, string>();
  const add = (to: Map<string, number>, key: string) =>
    to.set(key, (to.get(key) ?? 0) + 1);
  const linesOf = (title: string, from: Map<string, number>) => [
    title,
    ...[...from]
      .toSorted()
      .map(([key, times]) => `${String(times).padStart(6)}  ${key}`),
  ];
  return {
    hit({ victim, moment, jobs }: Hit) {
      for (const { job_id } of jobs) atStake.set(job_id, victim);
      const phases = jobs.map(({ kind, phase }) => `${kind} ${phase}`);
      add(aims, `${victim}, ${moment}`);
      for (const doing of phases) add(hits, `${victim}, ${doing}`);
      if (phases.length === 0) add(hits, `${victim}, no job`);
    },
    ended(rows: readonly JobRow[]) {
      for (const { job_id, kind, state } of rows) {
        const victim = atStake.get(job_id);
        if (victim === undefined) continue;
        add(survivors, `${kind} ${state} after a kill of ${victim}`);
      }
      atStake = new Map();
    },
    lines: () => [
      ...linesOf("moments that kills were aimed at:", aims),
      ...linesOf("what was running when they came:", hits),
      ...linesOf("what became of it:", survivors),
    ],
  };
}

function printViolations(violations: readonly string[], world: World): void {
  for (const violation of violations) print(`  VIOLATION ${violation}`);
  const last = world.log().trimEnd().split("\n").slice(-20);
  for (const line of last) print(`    ${line.slice(0, 400)}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
