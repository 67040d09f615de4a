/** What people read: progress, the table of points, violations. */

import type { Coverage } from "./coverage.js";
import { formatReplay, type Plan } from "./plan.js";
import type { Report } from "./run.js";
import type { Violation } from "./world/state.js";

export function printTable({ points, quota }: Coverage): void {
  const rows = [...points].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, { kills }] of rows) {
    const few = kills < quota ? "  too few" : "";
    say(`${String(kills).padStart(6)}  ${name}${few}`);
  }
}

export function printViolations({ plan, kills, violations }: Report): void {
  for (const violation of violations) {
    const { incarnation = 0, invariant, detail, step, atRest } = violation;
    const died = kills[incarnation - 1]?.point ?? "nothing yet";
    say(`VIOLATION of ${invariant}: ${detail}`);
    say(
      `  seed ${plan.seed}, incarnation ${incarnation}, step ${step}, after the kill at: ${died}`,
    );
    // What was seen while it happened is seen again before the next kill.
    const until = atRest ? incarnation : incarnation + 1;
    say(`  ${replayCommand(plan, kills.slice(0, until))}`);
  }
}

export function replayCommand(
  plan: Plan,
  kills: readonly { step: number }[],
): string {
  return `npm run test:faults -- --replay ${formatReplay(plan, kills)}`;
}

/** `I3 x 4, promise x 1`. */
export function summary(violations: readonly Violation[]): string {
  const counts = new Map<string, number>();
  for (const { invariant } of violations) {
    counts.set(invariant, (counts.get(invariant) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${name} x ${count}`).join(", ");
}

/** Results go to stdout, what happens meanwhile to stderr. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function murmur(line: string): void {
  process.stderr.write(`${line}\n`);
}
