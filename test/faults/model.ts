/** Many runs: until there were enough kills, and enough at each point. */

import { join } from "node:path";
import { Coverage } from "./coverage.js";
import { createMember } from "./crew.js";
import { makeGround } from "./ground.js";
import { formatReplay, type Plan } from "./plan.js";
import { murmur, printTable, printViolations, say, summary } from "./report.js";
import type { Answer } from "./runner.js";
import type { Violation } from "./world/state.js";

export interface ModelOptions {
  kills: number;
  seed: string;
  /** Stops at the first violation of it, and is content: a planted bug. */
  expect?: string | undefined;
}

/** Enough to come by each point as often as it should. */
const longRun = 10_000;

const atOnce = 2;
const mostPrinted = 30;
/** For points that were met late, in proportion to what was asked for. */
const patience = 1.5;

/** Resolves with the exit code. */
export async function runModel(options: ModelOptions): Promise<number> {
  const { kills, seed, expect } = options;
  say(`seed ${seed}`);
  const coverage = new Coverage(seed, kills);
  const violations: Violation[] = [];
  const worlds = makeGround();
  let stopped = false;
  const progress = createProgress();
  const enough = () =>
    stopped ||
    (coverage.kills >= kills && (expect || coverage.missing().length === 0)) ||
    coverage.kills >= kills * patience + 50;

  const take = (plan: Plan, answer: Answer): void => {
    const report = "report" in answer ? answer.report : broken(plan, answer);
    coverage.take(plan, report);
    if (violations.length < mostPrinted && !expect) printViolations(report);
    violations.push(...report.violations);
    if (expect) {
      stopped ||= report.violations.some((one) => one.invariant === expect);
      if (stopped) printViolations(report);
    }
  };
  const work = async (name: number): Promise<void> => {
    const member = createMember();
    for (let run = 0; !enough(); run += 1) {
      const plan = coverage.next();
      take(plan, await member.run(plan, join(worlds, `${name}.${run}`)));
      progress(coverage, violations.length);
    }
    member.close();
  };
  await Promise.all(Array.from({ length: atOnce }, (_, name) => work(name)));
  const code = conclude(coverage, violations, options);
  return expect ? Number(!stopped) : code;
}

function conclude(
  coverage: Coverage,
  violations: readonly Violation[],
  { expect, kills: asked }: ModelOptions,
): number {
  if (!expect) printTable(coverage);
  if (violations.length > 0) say(summary(violations));
  const missing = expect ? [] : coverage.missing();
  if (missing.length > 0) {
    say(`${missing.length} points were hit too rarely.`);
  }
  const { kills, realKills, points } = coverage;
  say(
    `${kills} kills (${realKills} by SIGKILL), ${points.size} points, ${violations.length} violations`,
  );
  // A short run tells which points it came by too rarely, and no more.
  const owed = asked < longRun ? 0 : missing.length;
  return violations.length + owed > 0 ? 1 : 0;
}

/** A run that broke is a violation: a world must never come to that. */
function broken(plan: Plan, { broken: detail }: { broken: string }) {
  const violations = [{ invariant: "run", detail }];
  const replay = formatReplay(plan, []);
  return { plan, kills: [], met: [], violations, replay };
}

/** A line now and then. */
function createProgress() {
  let told = 0;
  return ({ kills, points }: Coverage, violations: number): void => {
    if (kills < told + 500) return;
    told = kills;
    murmur(`${kills} kills, ${points.size} points, ${violations} violations`);
  };
}
